# C signatures of the ledger's records.

from fairlead.codecs.vocabulary.binary_cy cimport Packer, Unpacker, pack_into

cpdef bytes encode(int operation, tuple texts, object message)
