// A gateway as one writes it with QuickFIX: an acceptor for strategies, an initiator towards the venue, orders passed on
// under ids of its own and reports passed back, in FIX 4.2 or 4.4 on both sides.
//
//   quickfix_gateway SETTINGS memory|file
//
// The settings hold one session with ConnectionType=initiator and any number of acceptors. Prints {"port": N}, the
// settings' SocketAcceptPort, once it listens, and {"venue": "up"} when the venue is
// logged on: what QuickFIX is given before does not go. The engine's own log is off.
#include <quickfix/Application.h>
#include <quickfix/FileStore.h>
#include <quickfix/MessageStore.h>
#include <quickfix/Session.h>
#include <quickfix/SessionSettings.h>
#include <quickfix/SocketAcceptor.h>
#include <quickfix/SocketInitiator.h>

#include <iostream>
#include <memory>
#include <mutex>
#include <string>
#include <unistd.h>
#include <unordered_map>

namespace {

const int CL_ORD_ID = 11, MSG_TYPE = 35;

struct Order {
    std::string cl_ord_id;
    FIX::SessionID strategy;
};

class Gateway : public FIX::Application {
public:
    explicit Gateway(const FIX::SessionID& venue_session) : venue(venue_session) {}

    void onCreate(const FIX::SessionID&) override {}
    void onLogon(const FIX::SessionID& id) override {
        if (id == venue) std::cout << "{\"venue\":\"up\"}" << std::endl;
    }
    void onLogout(const FIX::SessionID&) override {}
    void toAdmin(FIX::Message&, const FIX::SessionID&) override {}
    void toApp(FIX::Message&, const FIX::SessionID&) throw(FIX::DoNotSend) override {}
    void fromAdmin(const FIX::Message&, const FIX::SessionID&) throw(
        FIX::FieldNotFound, FIX::IncorrectDataFormat, FIX::IncorrectTagValue, FIX::RejectLogon) override {}

    void fromApp(const FIX::Message& message, const FIX::SessionID& from) throw(
        FIX::FieldNotFound, FIX::IncorrectDataFormat, FIX::IncorrectTagValue, FIX::UnsupportedMessageType) override {
        const std::string& type = message.getHeader().getField(MSG_TYPE);
        if (type == "D") {
            pass_order(message, from);
        } else if (type == "8") {
            pass_report(message);
        } else {
            throw FIX::UnsupportedMessageType();
        }
    }

private:
    // Two threads come here: the acceptor's with orders, the initiator's with reports.
    void pass_order(const FIX::Message& message, const FIX::SessionID& from) {
        FIX::Message order = body_of(message);
        std::string id;
        {
            std::lock_guard<std::mutex> guard(mutex);
            id = "Q" + std::to_string(++last_id);
            orders[id] = Order{message.getField(CL_ORD_ID), from};
        }
        order.setField(CL_ORD_ID, id);
        FIX::Session::sendToTarget(order, venue);
    }

    void pass_report(const FIX::Message& message) {
        Order order;
        {
            std::lock_guard<std::mutex> guard(mutex);
            order = orders.at(message.getField(CL_ORD_ID));
        }
        FIX::Message report = body_of(message);
        report.setField(CL_ORD_ID, order.cl_ord_id);
        FIX::Session::sendToTarget(report, order.strategy);
    }

    static FIX::Message body_of(const FIX::Message& message) {
        FIX::Message made;
        made.getHeader().setField(MSG_TYPE, message.getHeader().getField(MSG_TYPE));
        for (auto at = message.begin(); at != message.end(); ++at) made.setField(*at);
        return made;
    }

    const FIX::SessionID venue;
    std::mutex mutex;
    std::unordered_map<std::string, Order> orders;
    unsigned long last_id = 0;
};

FIX::SessionID venue_of(const FIX::SessionSettings& settings) {
    for (const FIX::SessionID& id : settings.getSessions()) {
        if (settings.get(id).getString("ConnectionType") == "initiator") return id;
    }
    throw FIX::ConfigError("no session with ConnectionType=initiator");
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) {
        std::cerr << "usage: quickfix_gateway SETTINGS memory|file" << std::endl;
        return 2;
    }
    try {
        FIX::SessionSettings settings(arguments[1]);
        std::unique_ptr<FIX::MessageStoreFactory> store;
        if (std::string(arguments[2]) == "file") {
            store.reset(new FIX::FileStoreFactory(settings));
        } else {
            store.reset(new FIX::MemoryStoreFactory());
        }
        Gateway gateway(venue_of(settings));
        FIX::SocketAcceptor acceptor(gateway, *store, settings);
        FIX::SocketInitiator initiator(gateway, *store, settings);
        acceptor.start();
        std::cout << "{\"port\":" << settings.get().getInt("SocketAcceptPort") << "}" << std::endl;
        initiator.start();
        for (;;) pause();
    } catch (const std::exception& error) {
        std::cerr << "quickfix_gateway: " << error.what() << std::endl;
        return 1;
    }
}
