# C layout of fields and messages.

cdef class Field:
    cdef readonly str name
    cdef readonly int kind
    cdef readonly Py_ssize_t offset
    cdef readonly Py_ssize_t length
    cdef readonly bint little
    cdef readonly int scale
    cdef readonly int pad
    cdef readonly bint pad_left
    cdef readonly int tag
    cdef readonly long long factor
    cdef readonly long long divisor
    cdef readonly long long max_raw_in_fixed
    cdef readonly object lowest
    cdef readonly object highest
    cdef readonly unsigned long long highest_uint
    cdef readonly long long lowest_int
    cdef readonly long long highest_int
    cdef public object const
    cdef public str enum
    cdef public str unit
    cdef public dict meanings
    cdef public dict specials
    cdef readonly dict raw_of_special
    cdef public Layout layout
    cdef readonly bint is_computed
    cdef public str counts
    cdef public Py_ssize_t counts_from
    cdef public bint is_optional
    cdef public bint is_repeated
    cdef public tuple fields
    cdef public Layout entry
    cdef public Py_ssize_t entry_length
    cdef public Py_ssize_t count
    cdef public Field count_field

cdef class Layout:
    cdef readonly str name
    cdef readonly long long type_code
    cdef readonly tuple directions
    cdef readonly tuple fields
    cdef readonly Field tail
    cdef readonly Field length_field
    cdef readonly Field options_length
    cdef readonly Field entries_count
    cdef readonly tuple options
    cdef readonly dict option_by_tag
    cdef readonly int option_length_bytes
    cdef readonly Py_ssize_t length
    cdef readonly Py_ssize_t min_length
    cdef readonly Py_ssize_t fixed_length
    cdef readonly bint is_optional
    cdef public Py_ssize_t type_at  # -1 in entries of groups
    cdef public bytes template
    cdef dict _by_name
