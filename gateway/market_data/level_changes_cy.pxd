# C layout of the comparison.
cdef long long _NEW, _CHANGE, _DELETE
