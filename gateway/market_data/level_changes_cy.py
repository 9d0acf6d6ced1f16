"""Find what changed on one side of a book between two looks at it, level by level.

Levels are tuples (price, quantity, number of orders), best first, each price once. Changes are the vocabulary's tuples
(action, entry type, price, quantity, number of orders, position).
"""

from typing import TypeAlias

import cython

LevelList: TypeAlias = "list[tuple[int, int, int]]"
ChangeList: TypeAlias = "list[tuple[int, int, int, int, int, int]]"

_NEW = 48
_CHANGE = 49
_DELETE = 50


def add_level_changes(
    told: "LevelList",
    now: "LevelList",
    entry_type: cython.longlong,
    is_descending: cython.bint,
    gone: "ChangeList",
    others: "ChangeList",
) -> None:
    """Add what leads from ``told`` to ``now``: deletes to ``gone``, new and changed levels to ``others``.

    ``is_descending``: the best price is the highest, as on the bid side.
    """
    i: cython.Py_ssize_t = 0
    k: cython.Py_ssize_t = 0
    while i < len(told) and k < len(now):
        before_px: cython.longlong = told[i][0]
        after_px: cython.longlong = now[k][0]
        if before_px == after_px:
            i += 1
            k += 1
            if told[i - 1] != now[k - 1]:
                others.append((_CHANGE, entry_type, *now[k - 1], k))
        elif (before_px > after_px) == is_descending:
            i += 1
            gone.append((_DELETE, entry_type, before_px, 0, 0, 0))
        else:
            k += 1
            others.append((_NEW, entry_type, *now[k - 1], k))
    for level in told[i:]:
        gone.append((_DELETE, entry_type, level[0], 0, 0, 0))
    for level in now[k:]:
        k += 1
        others.append((_NEW, entry_type, *level, k))
