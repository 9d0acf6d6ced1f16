// Time QuickFIX C++ at what a session does to each message that comes in: setString with the dictionary, then validate.
//
//     quickfix_decode DICTIONARY.xml < frame-and-loops
//
// The first line of the input is the frame, with | for SOH. Each further line is a number of loops; it is answered by one line:
// ns a message of setString (length and sum checked, groups known by the dictionary) and of setString and validate together.
// So whoever drives it can let it take turns with others.

#include <quickfix/DataDictionary.h>
#include <quickfix/Message.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <string>

static double now_ns() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return 1e9 * now.tv_sec + now.tv_nsec;
}

static double time_one(const std::string &frame, const FIX::DataDictionary &dictionary, long loops, bool is_validated) {
    FIX::Message message;
    double begin = now_ns();
    for (long i = 0; i < loops; i++) {
        message.setString(frame, true, &dictionary);
        if (is_validated) dictionary.validate(message);
    }
    return (now_ns() - begin) / loops;
}

int main(int count, char **arguments) {
    if (count != 2) {
        std::fprintf(stderr, "one argument expected: the dictionary's path\n");
        return 2;
    }
    try {
        FIX::DataDictionary dictionary(arguments[1]);
        std::string frame, line;
        std::getline(std::cin, frame);
        std::replace(frame.begin(), frame.end(), '|', '\001');
        while (std::getline(std::cin, line)) {
            long loops = std::atol(line.c_str());
            double set = time_one(frame, dictionary, loops, false);
            std::printf("%.1f %.1f\n", set, time_one(frame, dictionary, loops, true));
            std::fflush(stdout);
        }
    } catch (std::exception &error) {
        std::fprintf(stderr, "QuickFIX refused the dictionary or the frame: %s\n", error.what());
        return 1;
    }
    return 0;
}
