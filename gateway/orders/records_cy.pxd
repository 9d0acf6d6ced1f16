# C signatures of the ledger's records.

from fairlead.codecs.vocabulary.binary_cy cimport pack_into
from fairlead.codecs.vocabulary.packing_cy cimport Packer, Unpacker

cpdef bytes encode(int operation, tuple texts, object message)
