"""MoldUDP64 sessions without input or output of their own: receiver, sender, request server."""
