# C layout of resolved plans.

cdef long long INT64_MAX

cdef class FieldPlan:
    cdef readonly Py_ssize_t at
    cdef readonly Py_ssize_t length
    cdef readonly bint is_signed
    cdef readonly long long mul
    cdef readonly long long limit

cdef class MessagePlan:
    cdef readonly str name
    cdef readonly int action
    cdef readonly Py_ssize_t min_length
    cdef readonly Py_ssize_t max_length
    cdef public FieldPlan time
    cdef public FieldPlan key
    cdef public FieldPlan key_rest
    cdef public FieldPlan reference
    cdef public FieldPlan new_reference
    cdef public FieldPlan quantity
    cdef public FieldPlan price
    cdef public FieldPlan match
    cdef public FieldPlan seconds
    cdef public Py_ssize_t side_at
    cdef public int buy_code
    cdef public int sell_code
    cdef public Py_ssize_t printable_at
    cdef public int printable_code
    cdef public Py_ssize_t symbol_at
    cdef public Py_ssize_t symbol_length
    cdef public Py_ssize_t suffix_at
    cdef public Py_ssize_t suffix_length
    cdef public bint has_no_price
    cdef public long long no_price
    cdef public bint is_scoped
    cdef public object told
