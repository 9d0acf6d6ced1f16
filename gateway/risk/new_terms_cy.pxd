# C signatures of a replace's terms.
from fairlead.codecs.vocabulary.messages_cy cimport NewOrder, ReplaceOrder
from fairlead.gateway.orders.order_cy cimport Order

from fairlead.gateway.orders.terms_cy cimport copy_terms

cdef long long ABSENT
cdef frozenset PRICELESS
cdef frozenset STOPS

cpdef NewOrder terms_if_replaced(Order order, ReplaceOrder request)
cdef object _base_of(Order order, str orig_cl_ord_id)
