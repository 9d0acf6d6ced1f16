# C signature of the test of a ClOrdID.
cimport cython

cdef Py_ssize_t MAX_CL_ORD_ID_LENGTH

@cython.locals(character=Py_UCS4)
cpdef bint is_cl_ord_id(str cl_ord_id) except -1
