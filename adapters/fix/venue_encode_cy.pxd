# C types of the order encoder.

cimport cython

from fairlead.codecs.fix.writer_cy cimport MessageWriter
from fairlead.codecs.vocabulary.messages_cy cimport CancelOrder, MassCancel, NewOrder, ReplaceOrder, StatusRequest

cdef long long ABSENT
cdef bytes _WITHOUT_PRICE
cdef bytes _WITH_STOP_PX
cdef str _CFI_CODE

cdef class OrderEncoder:
    cdef object _symbols
    cdef bint _is_4_2
    cdef int _party_role
    cdef int _party_id_source
    cdef str _security_id_source
    cdef int _maturity_day_tag
    cdef bint _takes_cfi_code
    cdef int _capacity_tag
    cdef bytes _capacity_codes
    cdef long long _handl_inst
    cdef bint _takes_handl_inst
    cdef long long _order_capacity
    cdef str _ex_destination

    cpdef put_new_order(self, MessageWriter writer, NewOrder request, NewOrder order, long long utc_ns)
    cpdef put_replace(self, MessageWriter writer, ReplaceOrder request, NewOrder order, long long utc_ns)
    cpdef put_cancel(self, MessageWriter writer, CancelOrder request, NewOrder order, long long utc_ns)
    cpdef put_status(self, MessageWriter writer, StatusRequest request, NewOrder order, long long utc_ns)
    cpdef put_mass_status(self, MessageWriter writer, StatusRequest request, object order, long long utc_ns)
    cpdef put_mass_cancel(self, MessageWriter writer, MassCancel request, object order, long long utc_ns)
    cdef _put_account(self, MessageWriter writer, str account)
    cdef _put_instructions(self, MessageWriter writer, NewOrder order, long long min_qty, long long max_floor)
    cdef _put_instrument(self, MessageWriter writer, NewOrder order)
    cdef _put_derivative(self, MessageWriter writer, NewOrder order, object instrument)
    cdef _put_symbol(self, MessageWriter writer, str symbol, str security_id, str source)
    cdef _put_prices(self, MessageWriter writer, long long ord_type, long long price, long long stop_px)
    cdef _put_conditions(
        self, MessageWriter writer, NewOrder order, long long time_in_force, long long expire_time_ns, str text
    )
    cdef long long _capacity_code(self, long long capacity) except? -1
    cdef str _given_cfi_code(self, NewOrder order)

cdef long long _newer(long long new, long long current)
