// The vendor's names of events, and what they are in Weir's vocabulary (WECOM.md, 3.3 to 3.7). A name that is missing here
// makes an event of type `unknown`, with everything that was received in `raw`.

import Events

/// Names are compared as ``FoldedName`` says: `CLICK` and `click` are one event, `change_editon` is found as it is sent.
enum VendorEvents {
    /// By `Event`, in documents with `MsgType` `event`.
    static let corporate = table([
        .appInteraction: [
            "subscribe", "unsubscribe", "enter_agent", "LOCATION", "click", "view", "view_miniprogram",
            "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin",
            "location_select", "taskcard_click", "template_card_event", "template_card_menu_event",
        ],
        .appChanged: [
            "share_agent_change", "share_chain_change", "close_inactive_agent", "reopen_inactive_agent",
            "inactive_alert", "low_active_alert", "low_active", "active_restored", "switch_workbench_mode",
            "change_app_admin",
        ],
        .contactChanged: ["change_contact"],
        .customerChanged: ["change_external_contact"],
        .customerGroupChanged: ["change_external_chat"],
        .customerTagChanged: ["change_external_tag"],
        .acquisitionChanged: ["customer_acquisition"],
        .serviceNotified: ["kf_msg_or_event", "kf_account_auth_change"],
        .archiveNotified: ["msgaudit_notify", "program_notify"],
        .approvalChanged: ["sys_approval_change", "open_approval_change"],
        .schoolChanged: ["change_school_contact"],
        .chainChanged: ["change_chain"],
        .calendarChanged: [
            "modify_calendar", "delete_calendar", "add_schedule", "modify_schedule", "delete_schedule",
            "respond_schedule",
        ],
        .meetingChanged: ["meeting_change", "meeting_statistics", "book_meeting_room", "cancel_meeting_room"],
        .livingChanged: ["living_status_change"],
        .documentChanged: [
            "doc_change", "smart_sheet_change", "wedrive_space_change", "wedrive_file_change",
            "wedrive_insufficient_capacity",
        ],
        .mailReceived: ["app_email_change", "public_email_change"],
        .securityChanged: ["security", "submit_vip_account_approval", "finish_vip_account_approval"],
        .deviceReported: [
            "device_checkin_data_report", "device_accesscontrol_data_report", "device_temperature_data_report",
        ],
        .jobFinished: ["batch_job_result", "upload_media_job_finish"],
        // About a licence, as the instruction of the same name.
        .suiteOrder: ["unlicensed_notify"],
    ])

    /// By `InfoType`, in a suite's instruction callbacks.
    static let suite = table([
        .suiteTicket: ["suite_ticket"],
        .suiteAuthorised: [
            "create_auth", "change_auth", "cancel_auth", "reset_permanent_code", "approve_special_auth",
            "cancel_special_auth", "corp_arch_auth", "agree_external_userid_migration",
        ],
        .suiteOrder: [
            "open_order", "change_order", "pay_for_app_success", "refund", "cancel_order", "change_edition",
            "license_pay_success", "license_refund", "auto_activate", "unlicensed_notify", "advanced_api_pay_success",
            "advanced_api_cancel", "advanced_api_refund", "advanced_api_expired", "advanced_api_insufficient",
            "advanced_api_trial_expired",
        ],
        .suiteRegistered: ["register_corp", "enter_register_package"],
        .appChanged: ["share_agent_change", "share_chain_change"],
        .contactChanged: ["change_contact"],
        .customerChanged: ["change_external_contact"],
        .customerGroupChanged: ["change_external_chat"],
        .customerTagChanged: ["change_external_tag"],
        .acquisitionChanged: ["customer_acquisition", "customer_acquisition_permit_change"],
        .archiveNotified: [
            "conversation_new_message", "hit_keyword", "chat_archive_audit_approved_single",
            "chat_archive_export_finished",
        ],
        .schoolChanged: ["change_school_contact", "change_school_contact_batch"],
        .jobFinished: ["batch_job_result"],
    ])

    /// Names as an AI bot's `eventtype` has them; all of them are of one type.
    static let bot = table([.botEvent: ["enter_chat", "template_card_event", "feedback_event"]])

    /// How the vendor misspells, and what records say instead, so that rules need only one spelling (WECOM.md, 9, row 26).
    private static let misspellings = [
        ("change_editon", "change_edition"),
        ("create_deparmtment", "create_department"),
        ("update_deparmtment", "update_department"),
        ("delete_deparmtment", "delete_department"),
        ("add_filed", "add_field"),
        ("update_filed", "update_field"),
        ("delete_filed", "delete_field"),
    ]

    private static let corrections = NameTable(misspellings.map { (FoldedName.fold($0), $1) })

    /// The right spelling of a name that the vendor is known to misspell.
    static func correction(of name: Span<UInt8>) -> String? { corrections[FoldedName.fold(name).span] }

    struct Row: Sendable {
        /// As it stands in `content.event`, whatever case and spelling was received.
        let name: String
        let type: EventType
    }

    private static func table(_ families: KeyValuePairs<EventType, [String]>) -> NameTable<Row> {
        var rows: [(String, Row)] = []
        for (type, names) in families {
            for name in names { rows.append((FoldedName.fold(name), Row(name: name, type: type))) }
        }
        for (wrong, right) in misspellings {
            if let row = rows.first(where: { $1.name == right }) { rows.append((FoldedName.fold(wrong), row.1)) }
        }
        return NameTable(rows)
    }
}
