# C types of the request encoder.

cimport cython

from fairlead.codecs.binary.layout_cy cimport Field
from fairlead.codecs.binary.writer_cy cimport Writer
from fairlead.codecs.vocabulary.messages_cy cimport NewOrder

cdef long long ABSENT, _SCALE, _NS_PER_S
cdef int _CL_ORD_ID, _ORIG_CL_ORD_ID, _SYMBOL, _ORDER_QTY, _MIN_QTY, _MAX_FLOOR, _PRICE, _SIDE
cdef int _TIME_IN_FORCE, _ORDER_CAPACITY, _LOCATE_REQD, _EXEC_INST, _CROSS, _EXPIRE_SECONDS, _ACCOUNT, _EXTRA
cdef bytes _WITHOUT_PRICE
cdef long long _PEGGED
cdef object _PEGS
cdef str _MARKET

cdef class Terms:
    cdef readonly str cl_ord_id
    cdef readonly str orig_cl_ord_id
    cdef readonly long long order_qty
    cdef readonly long long price
    cdef readonly long long ord_type
    cdef readonly long long time_in_force
    cdef readonly long long min_qty
    cdef readonly long long max_floor
    cdef readonly long long expire_time_ns

cdef class FieldPlan:
    cdef readonly Field field
    cdef readonly int source
    cdef readonly bint is_option
    cdef readonly bint is_char
    cdef readonly bint is_text
    cdef readonly object default
    cdef readonly str tag
    cdef readonly list by_code
    cdef readonly list by_time
    cdef readonly dict by_text
    cdef readonly object known
    cdef _take_codes(self, object codes)

cdef class RequestEncoder:
    cdef Writer _writer
    cdef list _plans
    cdef object _symbols
    cdef list _kept
    cdef long long _max_quantity
    cdef object _known_inst
    cdef bint _takes_floor
    cdef bint _is_hidable
    cdef dict _insts

    @cython.locals(plan=FieldPlan)
    cpdef bytes encode(self, NewOrder order, Terms terms, long long utc_ns)
    cdef _put(self, FieldPlan plan, NewOrder order, Terms terms, long long utc_ns)
    cdef _put_value(self, FieldPlan plan, object value)
    cdef _put_id(self, FieldPlan plan, str cl_ord_id)
    cdef _put_symbol(self, FieldPlan plan, str symbol)
    cdef _put_price(self, FieldPlan plan, Terms terms)
    cdef _put_code(self, FieldPlan plan, long long code, str name)
    cdef _put_time_in_force(self, FieldPlan plan, Terms terms, long long utc_ns)
    cdef _put_cross(self, FieldPlan plan, Terms terms)
    cdef _put_exec_inst(self, FieldPlan plan, NewOrder order, Terms terms)
    cdef _put_number(self, FieldPlan plan, long long value)
    cdef _put_extra(self, FieldPlan plan, NewOrder order)
    cdef _check_kept(self, NewOrder order)
    cdef _check_exec_inst(self, str exec_inst, long long ord_type)
    cdef _read_exec_inst(self, str exec_inst)
