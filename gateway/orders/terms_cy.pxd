# C signatures of the terms' arithmetic.

from fairlead.codecs.vocabulary.messages_cy cimport CancelOrder, NewOrder, ReplaceOrder, Report
from fairlead.gateway.orders.order_cy cimport Order

cdef long long ABSENT

cpdef NewOrder copy_terms(NewOrder terms, str cl_ord_id)
cpdef CancelOrder venue_cancel(Order order, CancelOrder request, str cl_ord_id, str orig_cl_ord_id)
cpdef ReplaceOrder venue_replace(
    Order order, ReplaceOrder request, object base, str cl_ord_id, str orig_cl_ord_id
)
cpdef NewOrder agreed_terms(NewOrder terms, ReplaceOrder sent, Report report, str cl_ord_id)
cpdef NewOrder with_order_qty(NewOrder terms, long long order_qty)
cdef void _take_asked(NewOrder agreed, ReplaceOrder sent) except *
