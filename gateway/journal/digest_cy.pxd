from fairlead.gateway.journal.memory cimport crc_by_table, crc_of
