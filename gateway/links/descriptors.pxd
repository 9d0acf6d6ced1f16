# What descriptors.py does, in C: no object is made for a read or a send, and none for having to wait.

cdef extern from *:
    """
    #ifndef FAIRLEAD_DESCRIPTORS
    #define FAIRLEAD_DESCRIPTORS
    #include <errno.h>
    #include <sys/socket.h>
    #include <sys/types.h>

    static inline Py_ssize_t fairlead_receive(int descriptor, PyObject *buffer, Py_ssize_t limit) {
        Py_ssize_t room = PyByteArray_GET_SIZE(buffer);
        ssize_t size = recv(
            descriptor, PyByteArray_AS_STRING(buffer), (size_t)(limit < room ? limit : room), MSG_DONTWAIT);
        return size < 0 ? -(Py_ssize_t)errno : (Py_ssize_t)size;
    }
    static inline Py_ssize_t fairlead_send(int descriptor, PyObject *data) {
        ssize_t size = send(
            descriptor, PyBytes_AS_STRING(data), (size_t)PyBytes_GET_SIZE(data), MSG_DONTWAIT | MSG_NOSIGNAL);
        return size < 0 ? -(Py_ssize_t)errno : (Py_ssize_t)size;
    }
    #endif
    """
    Py_ssize_t receive "fairlead_receive"(int descriptor, bytearray buffer, Py_ssize_t limit) noexcept
    Py_ssize_t send "fairlead_send"(int descriptor, bytes data) noexcept
