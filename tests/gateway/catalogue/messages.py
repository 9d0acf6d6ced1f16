"""Write the lines of dialogues: messages of a strategy and of a venue, and what each must bring on the other side.

``order_chain`` says how they are written. ``S>`` and ``V>`` are sent to the gateway, ``S<`` and ``V<`` come from it.
"""

INSTRUMENT = "[55=MSFT/55=MSFT.X|48=MSFT.X|22=8]"
ACCOUNT = "[1=ACC1/453=1|448=ACC1|447=D|452=24]"


def orders(cl_ord_id: str = "S1", qty: int = 100, terms: str = "40=2|44=10|59=0") -> str:
    """Write a strategy's NewOrderSingle."""
    return f"S> 35=D|11={cl_ord_id}|[21=1|/]55=MSFT|54=1|60=<now>|38={qty}|{terms}"


def ordered(cl_ord_id: str = "<V1>", qty: int = 100, terms: str = "40=2|44=10|59=0") -> str:
    """Write what the venue gets."""
    return f"V< 35=D|11={cl_ord_id}|{ACCOUNT}|[21=1|/]{INSTRUMENT}|54=1|60=<now>|38={qty}|{terms}[/|528=A]"


def cancels(cl_ord_id: str, orig_cl_ord_id: str) -> str:
    """Write a strategy's OrderCancelRequest."""
    return f"S> 35=F|11={cl_ord_id}|41={orig_cl_ord_id}|55=MSFT|54=1|60=<now>|38=100"


def cancelled(cl_ord_id: str, orig_cl_ord_id: str, order: str = "37=B1|", qty: int = 100) -> str:
    """Write what the venue gets."""
    return f"V< 35=F|41={orig_cl_ord_id}|{order}11={cl_ord_id}|{ACCOUNT}|{INSTRUMENT}|54=1|60=<now>|38={qty}"


def replaces(cl_ord_id: str, orig_cl_ord_id: str, qty: int, price: int) -> str:
    """Write a strategy's OrderCancelReplaceRequest."""
    return f"S> 35=G|11={cl_ord_id}|41={orig_cl_ord_id}|[21=1|/]55=MSFT|54=1|60=<now>|38={qty}|40=2|44={price}|59=0"


def replaced(cl_ord_id: str, orig_cl_ord_id: str, qty: int, price: int, order: str = "37=B1|") -> str:
    """Write what the venue gets."""
    return (
        f"V< 35=G|{order}41={orig_cl_ord_id}|11={cl_ord_id}|{ACCOUNT}|[21=1|/]{INSTRUMENT}|54=1|60=<now>"
        f"|38={qty}|40=2|44={price}|59=0[/|528=A]"
    )


def says(
    ids: str,
    exec_id: str,
    codes: str,
    state: str,
    trade: str = "",
    terms: str = "38=100|40=2|44=10|59=0",
    trans: int = 0,
) -> str:
    """Write a venue's ExecutionReport; ``trans`` is ExecTransType, which FIX 4.2 alone has."""
    return f"V> 35=8|37=B1|{ids}|17={exec_id}|[20={trans}|/]{codes}|55=MSFT[/.X]|54=1|{terms}|{trade}{state}"


def told(
    ids: str,
    exec_id: str,
    codes: str,
    state: str,
    trade: str = "",
    terms: str = "38=100|40=2|44=10|59=0",
    trans: int = 0,
    order: str = "37=<O1>|198=B1",
    text: str = "",
) -> str:
    """Write what the strategy gets; ``exec_id`` as the chain names it."""
    return (
        f"S< 35=8|{order}|{ids}|17=<{exec_id}>|[20={trans}|/]{codes}|1=ACC1|55=MSFT|54=1|{terms}|{trade}{state}"
        f"|60=<now>{text}"
    )


def refuses(cl_ord_id: str, orig_cl_ord_id: str, response_to: int, ord_status: str, rest: str = "|102=0") -> str:
    """Write a venue's OrderCancelReject."""
    return f"V> 35=9|37=B1|11={cl_ord_id}|41={orig_cl_ord_id}|39={ord_status}|434={response_to}{rest}"


def refused(cl_ord_id: str, orig_cl_ord_id: str, response_to: int, ord_status: str, rest: str = "|102=0") -> str:
    """Write what the strategy gets; from Fairlead itself there is no SecondaryOrderID."""
    return (
        f"S< 35=9|37=<O1>|198=B1|11={cl_ord_id}|41={orig_cl_ord_id}|39={ord_status}|1=ACC1|60=<now>"
        f"|434={response_to}{rest}"
    )


def lines(*parts: str) -> str:
    """Join the lines of a dialogue."""
    return "\n".join(parts)


FRESH = "151=100|14=0|6=0"
HALF = "151=60|14=40|6=10"
ALL = "151=0|14=100|6=10"
TRADE_40 = "32=40|31=10|"
TRADE_60 = "32=60|31=10|"

NEW = lines(orders(), ordered())
OPEN = lines(NEW, says("11=<V1>", "X1", "150=0|39=0", FRESH), told("11=S1", "X1", "150=0|39=0", FRESH))
PARTLY_FILLED = lines(
    OPEN,
    says("11=<V1>", "X2", "150=[1/F]|39=1", HALF, TRADE_40),
    told("11=S1", "X2", "150=[1/F]|39=1", HALF, TRADE_40),
)
FILLED = lines(
    PARTLY_FILLED,
    says("11=<V1>", "X3", "150=[2/F]|39=2", ALL, TRADE_60),
    told("11=S1", "X3", "150=[2/F]|39=2", ALL, TRADE_60),
)
