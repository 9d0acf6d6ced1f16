// A FIX counterparty run by QuickFIX, driven line by line: the engine keeps the session, a test plays the application.
//
//   peer acceptor|initiator SETTINGS
//
// Standard input:  send FIELDS   an application message, "35=D|11=A1|..." ('|' for SOH; header and trailer are QuickFIX's)
//                  logout        log out and stay out
//                  quit          stop the engine and end
// Standard output: created, logon, logout; "in MESSAGE", "out MESSAGE" for application messages, "admin-in MESSAGE",
//                  "admin-out MESSAGE" for the session's; "error TEXT".
#include <quickfix/Application.h>
#include <quickfix/FileStore.h>
#include <quickfix/FileLog.h>
#include <quickfix/Session.h>
#include <quickfix/SessionSettings.h>
#include <quickfix/SocketAcceptor.h>
#include <quickfix/SocketInitiator.h>

#include <iostream>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>

namespace {

std::mutex output_mutex;

void say(const std::string& word, const std::string& text = "") {
    std::string line = text;
    for (char& c : line) {
        if (c == '\001') c = '|';
    }
    std::lock_guard<std::mutex> guard(output_mutex);
    std::cout << word << (line.empty() ? "" : " ") << line << std::endl;
}

class Peer : public FIX::Application {
public:
    FIX::SessionID session;

    void onCreate(const FIX::SessionID& id) override {
        session = id;
        say("created", id.toString());
    }
    void onLogon(const FIX::SessionID&) override { say("logon"); }
    void onLogout(const FIX::SessionID&) override { say("logout"); }
    void toAdmin(FIX::Message& message, const FIX::SessionID&) override {
        if (!password.empty() && message.getHeader().getField(35) == "A") message.setField(554, password);
        say("admin-out", message.toString());
    }
    void toApp(FIX::Message& message, const FIX::SessionID&) throw(FIX::DoNotSend) override {
        say("out", message.toString());
    }
    void fromAdmin(const FIX::Message& message, const FIX::SessionID&) throw(
        FIX::FieldNotFound, FIX::IncorrectDataFormat, FIX::IncorrectTagValue, FIX::RejectLogon) override {
        say("admin-in", message.toString());
    }
    void fromApp(const FIX::Message& message, const FIX::SessionID&) throw(
        FIX::FieldNotFound, FIX::IncorrectDataFormat, FIX::IncorrectTagValue, FIX::UnsupportedMessageType) override {
        say("in", message.toString());
    }

    std::string password;
};

// Fields are set in the order given; QuickFIX sorts body fields by tag and puts 8, 9, 35 first.
void send(const std::string& fields, const FIX::SessionID& session) {
    FIX::Message message;
    std::istringstream words(fields);
    std::string field;
    while (std::getline(words, field, '|')) {
        const std::size_t equals = field.find('=');
        if (equals == std::string::npos) throw std::runtime_error("not a field: " + field);
        const int tag = std::stoi(field.substr(0, equals));
        const std::string value = field.substr(equals + 1);
        if (tag == 35 || tag == 43 || tag == 97 || tag == 122) {
            message.getHeader().setField(tag, value);
        } else {
            message.setField(tag, value);
        }
    }
    FIX::Session::sendToTarget(message, session);
}

template <class Engine>
int run(Peer& peer, FIX::SessionSettings& settings) {
    FIX::FileStoreFactory store(settings);
    FIX::FileLogFactory log(settings);
    Engine engine(peer, store, settings, log);
    engine.start();
    std::string line;
    while (std::getline(std::cin, line) && line != "quit") {
        try {
            if (line.compare(0, 5, "send ") == 0) {
                send(line.substr(5), peer.session);
            } else if (line == "logout") {
                FIX::Session::lookupSession(peer.session)->logout();
            } else {
                say("error", "unknown command: " + line);
            }
        } catch (const std::exception& error) {
            say("error", error.what());
        }
    }
    engine.stop();
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "usage: peer acceptor|initiator SETTINGS" << std::endl;
        return 2;
    }
    try {
        FIX::SessionSettings settings(argv[2]);
        Peer peer;
        const FIX::Dictionary& defaults = settings.get();
        if (defaults.has("Password")) peer.password = defaults.getString("Password");
        return std::string(argv[1]) == "acceptor" ? run<FIX::SocketAcceptor>(peer, settings)
                                                  : run<FIX::SocketInitiator>(peer, settings);
    } catch (const std::exception& error) {
        std::cerr << error.what() << std::endl;
        return 1;
    }
}
