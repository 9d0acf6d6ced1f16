# C types of the completion of orders.

cimport cython

from fairlead.codecs.vocabulary.messages_cy cimport NewOrder, copy_order

cdef long long _ABSENT

@cython.locals(made=NewOrder, security_id=str)
cpdef NewOrder complete_order(NewOrder request, object instrument, str venue, str account, frozenset carried)
cdef int _fill_in(NewOrder made, object instrument, frozenset carried) except -1
