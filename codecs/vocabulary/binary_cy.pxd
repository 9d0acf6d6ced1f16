# C signatures of the packed messages, for the modules that put them into journal records.

from fairlead.codecs.vocabulary.messages_cy cimport (
    CancelOrder,
    MassCancel,
    NewOrder,
    ReplaceOrder,
    Report,
    StatusRequest,
)
from fairlead.codecs.vocabulary.packing_cy cimport Packer, Unpacker

cdef int VERSION
cdef int REPLACE_ORDER_FIELDS, REPLACE_ORDER_FIELDS_1, REPORT_FIELDS, REPORT_FIELDS_1
cdef int NEW_ORDER
cdef int CANCEL_ORDER
cdef int REPLACE_ORDER
cdef int MASS_CANCEL
cdef int STATUS_REQUEST
cdef int REPORT
cdef long long ABSENT

cpdef bytes pack(object message)
cpdef void pack_into(Packer fields, object message) except *
cdef void _put_new_order(Packer fields, NewOrder message) except *
cdef void _put_cancel_order(Packer fields, CancelOrder message) except *
cdef void _put_replace_order(Packer fields, ReplaceOrder message) except *
cdef void _put_mass_cancel(Packer fields, MassCancel message) except *
cdef void _put_status_request(Packer fields, StatusRequest message) except *
cdef void _put_report(Packer fields, Report message) except *
