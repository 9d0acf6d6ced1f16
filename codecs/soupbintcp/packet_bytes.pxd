# What packet_bytes.py does, in C: one allocation, one copy.

cdef extern from *:
    """
    #ifndef FAIRLEAD_SOUP_PACKET_BYTES
    #define FAIRLEAD_SOUP_PACKET_BYTES
    #include <string.h>

    static inline PyObject *soup_packet_bytes(int type_code, PyObject *payload) {
        Py_ssize_t size = PyBytes_GET_SIZE(payload);
        PyObject *packet = PyBytes_FromStringAndSize(NULL, size + 3);
        unsigned char *out;
        if (packet == NULL) return NULL;
        out = (unsigned char *)PyBytes_AS_STRING(packet);
        out[0] = (unsigned char)((size + 1) >> 8);
        out[1] = (unsigned char)((size + 1) & 255);
        out[2] = (unsigned char)type_code;
        memcpy(out + 3, PyBytes_AS_STRING(payload), size);
        return packet;
    }
    #endif
    """
    bytes packet_bytes "soup_packet_bytes"(int type_code, bytes payload)
