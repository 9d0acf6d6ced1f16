# C layout of the plans by which messages are written and read.

cdef class Slot:
    cdef readonly str name
    cdef readonly Py_ssize_t offset
    cdef readonly Py_ssize_t length
    cdef readonly int tag
    cdef readonly Py_ssize_t size
    cdef readonly bytes codes
    cdef readonly str expected

cdef class Plan:
    cdef readonly str name
    cdef readonly int type_code
    cdef readonly bint is_strict
    cdef readonly Py_ssize_t fixed_length
    cdef readonly Py_ssize_t length_at
    cdef readonly list slots
    cdef readonly int first_entry_slot
    cdef readonly Py_ssize_t entry_length
    cdef readonly list by_tag
    cdef readonly frozenset repeated
