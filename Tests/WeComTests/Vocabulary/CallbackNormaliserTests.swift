import Events
import Testing

@testable import WeCom

struct CallbackNormaliserTests {
    private func text(msgID: String = "1", from: String = "zhangsan", time: String = "1409659813") -> String {
        """
        <xml><ToUserName>ww1</ToUserName><FromUserName>\(from)</FromUserName><CreateTime>\(time)</CreateTime>\
        <MsgType>text</MsgType><Content>hello</Content><MsgId>\(msgID)</MsgId><AgentID>218</AgentID></xml>
        """
    }

    private func dedupe(_ document: String) throws -> String {
        try #require(try Normalisers.event(document).text(of: .dedupe))
    }

    // MARK: Types

    @Test("every event of the vendor's tables has the type of its row, in either spelling")
    func types() throws {
        let names: [(String, EventType)] = [
            ("subscribe", .appInteraction), ("LOCATION", .appInteraction), ("CLICK", .appInteraction),
            ("view_miniprogram", .appInteraction), ("taskcard_click", .appInteraction),
            ("template_card_menu_event", .appInteraction), ("reopen_inactive_agent", .appChanged),
            ("change_app_admin", .appChanged), ("change_contact", .contactChanged),
            ("change_external_contact", .customerChanged), ("change_external_chat", .customerGroupChanged),
            ("change_external_tag", .customerTagChanged), ("customer_acquisition", .acquisitionChanged),
            ("kf_msg_or_event", .serviceNotified), ("program_notify", .archiveNotified),
            ("sys_approval_change", .approvalChanged), ("change_school_contact", .schoolChanged),
            ("change_chain", .chainChanged), ("delete_calendar", .calendarChanged),
            ("cancel_meeting_room", .meetingChanged), ("living_status_change", .livingChanged),
            ("wedrive_insufficient_capacity", .documentChanged), ("app_email_change", .mailReceived),
            ("submit_vip_account_approval", .securityChanged), ("device_temperature_data_report", .deviceReported),
            ("batchjobresult", .jobFinished), ("unlicensed_notify", .suiteOrder), ("nothing", .unknown),
        ]
        for (name, type) in names {
            let event = try Normalisers.event("<xml><MsgType>event</MsgType><Event>\(name)</Event></xml>")
            #expect(event.type == type, "\(name)")
        }
        let instructions: [(String, EventType)] = [
            ("suite_ticket", .suiteTicket), ("reset_permanent_code", .suiteAuthorised),
            ("corp_arch_auth", .suiteAuthorised),
            ("change_editon", .suiteOrder), ("change_edition", .suiteOrder), ("advanced_api_refund", .suiteOrder),
            ("enter_register_package", .suiteRegistered), ("chat_archive_export_finished", .archiveNotified),
            ("change_school_contact_batch", .schoolChanged), ("subscribe", .unknown),
        ]
        for (name, type) in instructions {
            let event = try Normalisers.event("<xml><InfoType>\(name)</InfoType></xml>")
            #expect(event.type == type, "\(name)")
        }
    }

    @Test(
        "misspelt names are put right, right ones are left",
        arguments: [
            ("add_filed", "add_field"), ("add_field", "add_field"), ("create_deparmtment", "create_department"),
            ("create_student", "create_student"),
        ])
    func misspellings(received: String, name: String) throws {
        let event = try Normalisers.event(
            "<xml><MsgType>event</MsgType><Event>change_school_contact</Event><ChangeType>\(received)</ChangeType></xml>"
        )
        #expect(event.text(of: .changeType) == name)
    }

    @Test("names are compared without regard to case and underscores")
    func foldedNames() throws {
        let event = try Normalisers.event(
            #"{"MSGTYPE":"event","event":"KF_MSG_OR_EVENT","open_kfid":"wk1","CreateTime":1409659813}"#)
        #expect(event.type == .serviceNotified)
        #expect(event.text(of: .event) == "kf_msg_or_event")
        #expect(event.text(of: .serviceAccount) == "wk1")
        #expect(event.text(of: .conversation) == "wk1")
    }

    @Test("the outer document's account and time are filled in")
    func record() throws {
        let event = try Normalisers.event(text())
        #expect(event.text(of: .tenant) == "acme")
        #expect(event.text(of: .account) == "sales-app")
        #expect(event.text(of: .sourceName) == "acme-app")
        #expect(event.time.description == "2014-09-02T12:10:13.000Z")
    }

    @Test(
        "without a usable time of its own an event has the time of receipt", arguments: ["", "0", "-5", "soon", "9e9"])
    func timeOfReceipt(time: String) throws {
        #expect(try Normalisers.event(text(time: time)).time == Normalisers.receivedAt)
    }

    // MARK: Documents that are not understood

    @Test("bytes that are not UTF-8 are kept as they are")
    func notUTF8() throws {
        let document = Array("<xml><Content>\u{0}".utf8) + [0xff, 0xfe]
        let event = try Normalisers.event(document)
        #expect(event.type == .unknown)
        #expect(event.bytes(of: .raw) == document)
    }

    @Test("a document with more values than any has is kept, not understood")
    func tooManyValues() throws {
        let items = String(repeating: "<Item>x</Item>", count: InnerDocument.Builder.leavesMax)
        let event = try Normalisers.event("<xml><MsgType>text</MsgType><MsgId>1</MsgId>\(items)</xml>")
        #expect(event.type == .unknown)
    }

    @Test("a name that is too long to be in a table hides nothing beside it")
    func longNames() throws {
        let name = String(repeating: "n", count: 4000)
        let event = try Normalisers.event(
            "<xml><\(name)><MsgId>2</MsgId></\(name)><MsgType>text</MsgType><MsgId>1</MsgId></xml>")
        #expect(event.type == .messageReceived)
        #expect(event.text(of: .messageID) == "1")
    }

    @Test("a key with a slash in it is no path")
    func slashes() throws {
        let event = try Normalisers.event(#"{"aibotid":"b","event/eventtype":"enter_chat","msgtype":"event"}"#)
        #expect(event.type == .unknown)
    }

    // MARK: Dedupe keys

    @Test("a retry has the key of the first delivery")
    func retries() throws {
        for document in [text(), "<xml><InfoType>suite_ticket</InfoType></xml>", "not understood"] {
            let bytes = Array(document.utf8)
            let first = try Normalisers.event(bytes)
            let later = try #require(Timestamp(milliseconds: Normalisers.receivedAt.milliseconds + 300_000))
            let second = try Normalisers.event(bytes, at: later)
            #expect(first.text(of: .dedupe) == second.text(of: .dedupe))
        }
    }

    @Test("a retry of a message has its key however the document is laid out")
    func retriesInAnotherLayout() throws {
        #expect(try dedupe(text()) == dedupe(text().split(separator: "><").joined(separator: ">\n<")))
    }

    @Test("messages that differ in id, sender or time have different keys")
    func distinctMessages() throws {
        let keys = [
            try dedupe(text()), try dedupe(text(msgID: "2")), try dedupe(text(from: "lisi")),
            try dedupe(text(time: "1409659814")), try dedupe(text().replacing("218", with: "219")),
            try dedupe(text().replacing("ww1", with: "ww2")),
        ]
        #expect(Set(keys).count == keys.count)
        #expect(keys[0] == "message:ww1:218::zhangsan:1409659813:1")
    }

    @Test("no choice of values makes the key of another message")
    func keysAreNotAmbiguous() throws {
        #expect(try dedupe(text(msgID: "1:2", from: "a")) != dedupe(text(msgID: "2", from: "a:1409659813:1")))
        #expect(try dedupe(text(msgID: "%3A")) != dedupe(text(msgID: ":")))
    }

    @Test("a value too long for a key makes the hash the key")
    func longKeys() throws {
        #expect(try dedupe(text(msgID: String(repeating: "1", count: 600))).hasPrefix("sha256:"))
    }

    @Test("events of one second by the system have different keys")
    func distinctEvents() throws {
        func event(_ user: String) -> String {
            """
            <xml><FromUserName>sys</FromUserName><CreateTime>1</CreateTime><MsgType>event</MsgType>\
            <Event>change_contact</Event><ChangeType>delete_user</ChangeType><UserID>\(user)</UserID></xml>
            """
        }
        #expect(try dedupe(event("a")) != dedupe(event("b")))
    }
}
