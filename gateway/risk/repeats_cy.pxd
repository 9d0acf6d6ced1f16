# C layout of the count of re-entries.
cimport cython

from fairlead.gateway.orders.order_cy cimport Execution, Order
from fairlead.gateway.risk.limit_set_cy cimport LimitSet
from fairlead.gateway.risk.rates_cy cimport MessageWindow

cdef long long UNLIMITED
cdef long long BUY


cdef class Entries:
    cdef long long entered_utc_ns
    cdef bint is_executed
    cdef MessageWindow repeats


cdef class EntriesOfSymbol:
    cdef Entries buys
    cdef Entries sells


cdef class RepeatedExecutions:
    cdef dict _strategies

    @cython.locals(execution=Execution)
    cpdef note_change(self, Order order)
    @cython.locals(entries=Entries)
    cpdef note_executed(self, str strategy, str symbol, long long side, long long utc_ns)
    @cython.locals(entries=Entries)
    cpdef long long count(self, str strategy, str symbol, long long side, LimitSet limits, long long now_ns)
    @cython.locals(entries=Entries)
    cpdef note_entry(
        self, str strategy, str symbol, long long side, LimitSet limits, long long now_ns, long long utc_ns
    )
    @cython.locals(of_strategy=dict, found=EntriesOfSymbol)
    cdef Entries _find(self, str strategy, str symbol, long long side)
    @cython.locals(of_strategy=dict, entries=Entries, found=EntriesOfSymbol)
    cdef Entries _of(self, str strategy, str symbol, long long side)
    @cython.locals(window=MessageWindow, former=MessageWindow)
    cdef MessageWindow _window(self, Entries entries, LimitSet limits)
