# C signatures of the report writers.

from fairlead.codecs.vocabulary.messages_cy cimport NewOrder, Report
from fairlead.gateway.orders.order_cy cimport Order

cdef long long ABSENT

cpdef Report order_report(
    Order order, long long kind, long long exec_type, str cl_ord_id, str orig_cl_ord_id, str exec_id, long long utc_ns
)
cpdef void name_instrument(Report report, NewOrder terms) except *
cpdef void take_details(Report report, Report said) except *
cpdef void take_execution(Report report, long long last_qty, long long last_px, str exec_ref_id) except *
cpdef void take_refusal(Report report, long long request_kind, long long refusal, str text) except *
cpdef void name_request(Report report, long long request_kind) except *
cpdef void name_status_request(Report report, str request_id, str text) except *
