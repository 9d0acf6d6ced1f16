# C layout of the replay of recorded inputs.

from fairlead.gateway.orders.effects_cy cimport Effects
from fairlead.gateway.orders.snapshot_cy cimport SnapshotReader

cdef long long ABSENT

cdef class Replay:
    cdef Effects _books
    cdef SnapshotReader _snapshot
