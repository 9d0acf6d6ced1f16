# What datagram_read.py does, in C: no object is made for a datagram, and none for having to wait.

cdef extern from *:
    """
    #ifndef FAIRLEAD_DATAGRAM_READ
    #define FAIRLEAD_DATAGRAM_READ
    #include <errno.h>
    #include <sys/socket.h>
    #include <sys/types.h>

    static inline Py_ssize_t fairlead_read_datagram(int descriptor, PyObject *buffer) {
        ssize_t size = recv(
            descriptor, PyByteArray_AS_STRING(buffer), (size_t)PyByteArray_GET_SIZE(buffer), MSG_DONTWAIT);
        return size < 0 ? -(Py_ssize_t)errno : (Py_ssize_t)size;
    }
    #endif
    """
    Py_ssize_t read_datagram "fairlead_read_datagram"(int descriptor, bytearray buffer) noexcept
