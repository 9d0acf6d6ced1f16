// A FIX counterparty run by QuickFIX, driven line by line: the engine keeps the session, a test plays the application.
//
//   peer acceptor|initiator SETTINGS
//
// Standard input:  send FIELDS     a message, "35=D|11=A1|..." ('|' for SOH, which may stand inside data fields as itself;
//                                  header and trailer are QuickFIX's); with a DataDictionary, groups are groups
//                  next-out N      continue with MsgSeqNum N;  next-in N: expect it;  next-in N M: once M is expected
//                                  (QuickFIX shows a message before it counts it)
//                  logout, logon   log out and stay out; come back
//                  quit            stop the engine and end
// Standard output: created, started, logon, logout; "in MESSAGE", "out MESSAGE" for application messages,
//                  "admin-in MESSAGE", "admin-out MESSAGE" for the session's; "done COMMAND" or "error TEXT".
//
// Besides QuickFIX's own settings, [DEFAULT] takes LogonFields=553=ME|554=SECRET (put into our Logon) and
// ExpectPassword=SECRET (a Logon with another Password is refused), and Echo=D,8 (these types come back with the same
// body, once for each ClOrdID or ExecID that comes with PossResend; others are unsupported). With Echo there may be several
// sessions; commands are for the last one.
#include <quickfix/Application.h>
#include <quickfix/DataDictionary.h>
#include <quickfix/FileStore.h>
#include <quickfix/FileLog.h>
#include <quickfix/Session.h>
#include <quickfix/SessionSettings.h>
#include <quickfix/SocketAcceptor.h>
#include <quickfix/SocketInitiator.h>

#include <chrono>
#include <iostream>
#include <memory>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

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
        if (message.getHeader().getField(35) == "A") {
            for (const auto& field : logon_fields) message.setField(field.first, field.second);
        }
        say("admin-out", message.toString());
    }
    void toApp(FIX::Message& message, const FIX::SessionID&) throw(FIX::DoNotSend) override {
        say("out", message.toString());
    }
    void fromAdmin(const FIX::Message& message, const FIX::SessionID&) throw(
        FIX::FieldNotFound, FIX::IncorrectDataFormat, FIX::IncorrectTagValue, FIX::RejectLogon) override {
        say("admin-in", message.toString());
        if (expected_password.empty() || message.getHeader().getField(35) != "A") return;
        if (!message.isSetField(554) || message.getField(554) != expected_password) {
            throw FIX::RejectLogon("wrong password");
        }
    }
    void fromApp(const FIX::Message& message, const FIX::SessionID& id) throw(
        FIX::FieldNotFound, FIX::IncorrectDataFormat, FIX::IncorrectTagValue, FIX::UnsupportedMessageType) override {
        say("in", message.toString());
        if (!echoed.empty()) echo(message, id);
    }

    void echo(const FIX::Message& message, const FIX::SessionID& id) {
        const std::string msg_type = message.getHeader().getField(35);
        if (!echoed.count(msg_type)) throw FIX::UnsupportedMessageType();
        const int id_tag = msg_type == "8" ? 17 : 11;
        const bool is_seen = message.isSetField(id_tag) && !seen.insert(message.getField(id_tag)).second;
        const bool may_be_seen = message.getHeader().isSetField(97) && message.getHeader().getField(97) == "Y";
        if (is_seen && may_be_seen) return;
        FIX::Message reply = message;
        reply.getHeader().clear();
        reply.getTrailer().clear();
        reply.getHeader().setField(35, msg_type);
        FIX::Session::sendToTarget(reply, id);
    }

    std::vector<std::pair<int, std::string>> logon_fields;
    std::string expected_password;
    std::set<std::string> echoed, seen;
    std::unique_ptr<FIX::DataDictionary> dictionary;
};

std::vector<std::pair<int, std::string>> split(const std::string& fields) {
    std::vector<std::pair<int, std::string>> found;
    std::istringstream words(fields);
    std::string field;
    while (std::getline(words, field, '|')) {
        const std::size_t equals = field.find('=');
        if (equals == std::string::npos) throw std::runtime_error("not a field: " + field);
        found.emplace_back(std::stoi(field.substr(0, equals)), field.substr(equals + 1));
    }
    return found;
}

// QuickFIX sorts body fields by tag, except in groups that it knows from the dictionary.
void send(const std::string& fields, const Peer& peer) {
    std::string text = "8=" + peer.session.getBeginString().getValue() + "\0019=0\001";
    for (const auto& field : split(fields)) text += std::to_string(field.first) + "=" + field.second + "\001";
    text += "10=000\001";
    FIX::Message message = peer.dictionary ? FIX::Message(text, *peer.dictionary, false) : FIX::Message(text, false);
    FIX::Session::sendToTarget(message, peer.session);
}

void wait_until_expected(FIX::Session& session, int number) {
    const int step_ms = 1, patience_ms = 10000;
    for (int waited_ms = 0; session.getExpectedTargetNum() != number; waited_ms += step_ms) {
        if (waited_ms >= patience_ms) {
            const std::string expected = std::to_string(session.getExpectedTargetNum());
            throw std::runtime_error("MsgSeqNum " + expected + " is expected, not " + std::to_string(number));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(step_ms));
    }
}

void obey(const std::string& line, const Peer& peer) {
    const std::size_t space = line.find(' ');
    const std::string word = line.substr(0, space);
    const std::string rest = space == std::string::npos ? "" : line.substr(space + 1);
    FIX::Session* session = FIX::Session::lookupSession(peer.session);
    if (word == "send") {
        send(rest, peer);
    } else if (word == "next-out") {
        session->setNextSenderMsgSeqNum(std::stoi(rest));
    } else if (word == "next-in") {
        const std::size_t second = rest.find(' ');
        if (second != std::string::npos) wait_until_expected(*session, std::stoi(rest.substr(second)));
        session->setNextTargetMsgSeqNum(std::stoi(rest));
    } else if (word == "logout") {
        session->logout();
    } else if (word == "logon") {
        session->logon();
    } else {
        say("error", "unknown command: " + line);
    }
}

template <class Engine>
int run(Peer& peer, FIX::SessionSettings& settings) {
    FIX::FileStoreFactory store(settings);
    FIX::FileLogFactory log(settings);
    Engine engine(peer, store, settings, log);
    engine.start();
    say("started");
    std::string line;
    while (std::getline(std::cin, line) && line != "quit") {
        try {
            obey(line, peer);
            say("done", line);
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
        if (defaults.has("LogonFields")) peer.logon_fields = split(defaults.getString("LogonFields"));
        if (defaults.has("ExpectPassword")) peer.expected_password = defaults.getString("ExpectPassword");
        if (defaults.has("Echo")) {
            std::istringstream types(defaults.getString("Echo"));
            for (std::string type; std::getline(types, type, ',');) peer.echoed.insert(type);
        }
        if (defaults.has("DataDictionary")) {
            peer.dictionary.reset(new FIX::DataDictionary(defaults.getString("DataDictionary")));
        }
        return std::string(argv[1]) == "acceptor" ? run<FIX::SocketAcceptor>(peer, settings)
                                                  : run<FIX::SocketInitiator>(peer, settings);
    } catch (const std::exception& error) {
        std::cerr << error.what() << std::endl;
        return 1;
    }
}
