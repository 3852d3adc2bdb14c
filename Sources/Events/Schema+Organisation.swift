// The third part of the schema's table: the corporation's people, customers and office, and a service provider's suites.
// Lists are ids separated by commas, as the vendor writes them.

extension Schema {
    static let contactFields: [FieldRow] = [
        FieldRow(
            .newUserID, "content.new_user_id", .text, [.contactChanged, .schoolChanged],
            "the member's id from now on"),
        FieldRow(
            .openUserID, "content.open_user_id", .text, [.contactChanged, .archiveNotified],
            "the member's id within the suite"),
        FieldRow(
            .department, "content.department", .text, [.contactChanged],
            "the member's departments, separated by commas"),
        FieldRow(.mainDepartment, "content.main_department", .text, [.contactChanged], "the member's main department"),
        FieldRow(
            .leaderIn, "content.leader_in", .text, [.contactChanged],
            "1 for each department the member leads, else 0, in the order of `department`"),
        FieldRow(
            .directLeader, "content.direct_leader", .text, [.contactChanged],
            "the member's superiors, separated by commas"),
        FieldRow(.position, "content.position", .text, [.contactChanged], "the member's job title"),
        FieldRow(.mobile, "content.mobile", .text, [.contactChanged], "the member's mobile number"),
        FieldRow(.telephone, "content.telephone", .text, [.contactChanged], "the member's land line"),
        FieldRow(
            .gender, "content.gender", .token(["unknown", "male", "female"]), [.contactChanged],
            "the member's gender"),
        FieldRow(.email, "content.email", .text, [.contactChanged], "the member's own e-mail address"),
        FieldRow(
            .workEmail, "content.work_email", .text, [.contactChanged],
            "the member's e-mail address at the corporation"),
        FieldRow(.avatarURL, "content.avatar_url", .text, [.contactChanged], "where the member's picture is"),
        FieldRow(.alias, "content.alias", .text, [.contactChanged], "the member's other name"),
        FieldRow(.address, "content.address", .text, [.contactChanged], "the member's postal address"),
        FieldRow(
            .departmentID, "content.department_id", .text, [.contactChanged, .schoolChanged],
            "the department that changed"),
        FieldRow(.parentID, "content.parent_id", .text, [.contactChanged], "the department above it"),
        FieldRow(.order, "content.order", .number, [.contactChanged], "its place among its neighbours"),
        FieldRow(
            .tagID, "content.tag_id", .text, [.contactChanged, .customerTagChanged],
            "the tag or tag group that changed"),
        FieldRow(
            .usersAdded, "content.users_added", .text, [.contactChanged],
            "members that were given the tag, separated by commas"),
        FieldRow(
            .usersRemoved, "content.users_removed", .text, [.contactChanged],
            "members that lost the tag, separated by commas"),
        FieldRow(
            .departmentsAdded, "content.departments_added", .text, [.contactChanged],
            "departments that were given the tag, separated by commas"),
        FieldRow(
            .departmentsRemoved, "content.departments_removed", .text, [.contactChanged],
            "departments that lost the tag, separated by commas"),
    ]

    static let customerFields: [FieldRow] = [
        FieldRow(.externalUserID, "content.external_user_id", .text, .customers, "the customer it is about"),
        FieldRow(
            .state, "content.state", .text,
            [.customerChanged, .acquisitionChanged, .suiteAuthorised, .suiteRegistered],
            "the label given to the link or code that was used"),
        FieldRow(
            .welcomeCode, "content.welcome_code", .text, [.customerChanged],
            "the right to greet the customer once, within 20 seconds", secret: true),
        FieldRow(
            .removedBy, "content.removed_by", .text, [.customerChanged],
            "why the customer was removed, such as DELETE_BY_TRANSFER"),
        FieldRow(
            .chatID, "content.chat_id", .text, [.customerGroupChanged, .archiveNotified],
            "the customer group that changed"),
        FieldRow(
            .updateDetail, "content.update_detail", .text, [.customerGroupChanged],
            "what about the group changed"),
        FieldRow(
            .joinScene, "content.join_scene", .text, [.customerGroupChanged],
            "how members joined: 0 invited, 3 by scanning a code"),
        FieldRow(
            .quitScene, "content.quit_scene", .text, [.customerGroupChanged],
            "how members left: 0 by themselves, 1 removed"),
        FieldRow(
            .memberChangeCount, "content.member_change_count", .number, [.customerGroupChanged],
            "how many members joined or left"),
        FieldRow(
            .memberChanges, "content.member_changes", .text, [.customerGroupChanged],
            "who joined or left, separated by commas"),
        FieldRow(
            .lastMemberVersion, "content.last_member_version", .text, [.customerGroupChanged],
            "the member list's version before"),
        FieldRow(
            .memberVersion, "content.member_version", .text, [.customerGroupChanged],
            "the member list's version from now on"),
        FieldRow(.tagType, "content.tag_type", .text, [.customerTagChanged], "whether a tag or a tag group changed"),
        FieldRow(.strategyID, "content.strategy_id", .text, [.customerTagChanged], "the rule group the tag belongs to"),
        FieldRow(
            .linkID, "content.link_id", .text, [.acquisitionChanged, .customerChanged],
            "the acquisition link that was used or changed"),
        FieldRow(
            .chatSequence, "content.chat_seq", .text, [.acquisitionChanged],
            "the place of the customer's message in the chat"),
        FieldRow(
            .chatKey, "content.chat_key", .text, [.acquisitionChanged],
            "the right to fetch the chat's details", secret: true),
        FieldRow(
            .expiresAt, "content.expires_at", .time, [.acquisitionChanged, .suiteOrder],
            "when the quota or licence ends"),
        FieldRow(.expiringQuota, "content.expiring_quota", .number, [.acquisitionChanged], "how much quota ends then"),
        FieldRow(
            .serviceAccount, "content.service_account", .text, [.serviceNotified],
            "the customer service account to ask for messages"),
        FieldRow(
            .serviceAccountsAdded, "content.service_accounts_added", .text, [.serviceNotified],
            "service accounts the application may now use, separated by commas"),
        FieldRow(
            .serviceAccountsRemoved, "content.service_accounts_removed", .text, [.serviceNotified],
            "service accounts it may use no longer, separated by commas"),
        FieldRow(
            .pullToken, "content.pull_token", .text, [.serviceNotified, .archiveNotified],
            "the right to pull what the notice is about, for 10 minutes", secret: true),
        FieldRow(
            .notifyID, "content.notify_id", .text, [.archiveNotified],
            "the notice's id, to fetch its details with"),
        FieldRow(
            .notifyScene, "content.notify_scene", .text, [.archiveNotified],
            "the program's own name of the occasion"),
    ]

    static let officeFields: [FieldRow] = [
        FieldRow(.approvalNo, "content.approval_no", .text, [.approvalChanged], "the request's number"),
        FieldRow(
            .templateID, "content.template_id", .text, [.approvalChanged, .suiteRegistered],
            "the form or package that was used"),
        FieldRow(.applicant, "content.applicant", .text, [.approvalChanged], "who made the request"),
        FieldRow(.appliedAt, "content.applied_at", .time, [.approvalChanged], "when the request was made"),
        FieldRow(
            .approvalStatus, "content.approval_status", .approvalStates, [.approvalChanged],
            "the state of the request"),
        FieldRow(
            .approvalChange, "content.approval_change", .approvalChanges, [.approvalChanged],
            "what was done to the request"),
        FieldRow(.calendarID, "content.calendar_id", .text, [.calendarChanged], "the calendar"),
        FieldRow(.scheduleID, "content.schedule_id", .text, [.calendarChanged], "the entry of the calendar"),
        FieldRow(.meetingID, "content.meeting_id", .text, [.meetingChanged], "the meeting"),
        FieldRow(.meetingRoomID, "content.meeting_room_id", .text, [.meetingChanged], "the meeting room"),
        FieldRow(.bookingID, "content.booking_id", .text, [.meetingChanged], "the booking of the room"),
        FieldRow(
            .enrollmentID, "content.enrollment_id", .text, [.meetingChanged],
            "the enrolment, or several separated by commas"),
        FieldRow(
            .fromTemporaryID, "content.from_temporary_id", .text, [.meetingChanged],
            "who caused it, when that is no member"),
        FieldRow(
            .temporaryID, "content.temporary_id", .text, [.meetingChanged],
            "the participant it is about, when that is no member"),
        FieldRow(.userRole, "content.user_role", .text, [.meetingChanged], "the participant's new role"),
        FieldRow(.livingID, "content.living_id", .text, [.livingChanged], "the broadcast"),
        FieldRow(.documentID, "content.document_id", .text, [.documentChanged], "the document"),
        FieldRow(.formID, "content.form_id", .text, [.documentChanged], "the form"),
        FieldRow(.sheetID, "content.sheet_id", .text, [.documentChanged], "the sheet of the document"),
        FieldRow(
            .recordIDs, "content.record_ids", .text, [.documentChanged],
            "the records of the sheet, separated by commas"),
        FieldRow(
            .columnIDs, "content.column_ids", .text, [.documentChanged],
            "the columns of the sheet, separated by commas"),
        FieldRow(.spaceID, "content.space_id", .text, [.documentChanged], "the shared drive"),
        FieldRow(.fileID, "content.file_id", .text, [.documentChanged], "the file on the drive"),
        FieldRow(.mailbox, "content.mailbox", .text, [.mailReceived], "the public mailbox"),
        FieldRow(.amount, "content.amount", .number, [.mailReceived], "how many mails arrived"),
        FieldRow(
            .applyID, "content.apply_id", .text, [.securityChanged],
            "the request for an account with more rights"),
        FieldRow(.studentID, "content.student_id", .text, [.schoolChanged], "the student"),
        FieldRow(.parentUserID, "content.parent_user_id", .text, [.schoolChanged], "the parent"),
        FieldRow(
            .changeCount, "content.change_count", .number, [.schoolChanged],
            "how many changes one notice carries; they are in `raw`"),
        FieldRow(.chainID, "content.chain_id", .text, [.chainChanged], "the supply chain"),
        FieldRow(
            .corpIDs, "content.corp_ids", .text, [.chainChanged],
            "the corporations of the chain it is about, separated by commas"),
        FieldRow(
            .groupIDs, "content.group_ids", .text, [.chainChanged],
            "the groups of the chain it is about, separated by commas"),
        FieldRow(.deviceSerial, "content.device_serial", .text, [.deviceReported], "the device's serial number"),
        FieldRow(
            .reportCount, "content.report_count", .number, [.deviceReported],
            "how many readings it reports; they are in `raw`"),
    ]

    static let suiteFields: [FieldRow] = [
        FieldRow(
            .suiteTicket, "content.suite_ticket", .text, [.suiteTicket],
            "the ticket to fetch the suite's token with", secret: true),
        FieldRow(
            .authCode, "content.auth_code", .text, [.suiteAuthorised],
            "the code to fetch the permanent code with", secret: true),
        FieldRow(
            .authType, "content.auth_type", .text, [.suiteAuthorised],
            "the special right that was given or taken"),
        FieldRow(
            .registerCode, "content.register_code", .text, [.suiteRegistered],
            "the code the registration was made with", secret: true),
        FieldRow(.orderID, "content.order_id", .text, [.suiteOrder], "the order"),
        FieldRow(.oldOrderID, "content.old_order_id", .text, [.suiteOrder], "the order it replaces"),
        FieldRow(.newOrderID, "content.new_order_id", .text, [.suiteOrder], "the order it is replaced by"),
        FieldRow(.paidCorpID, "content.paid_corp_id", .text, [.suiteOrder], "the corporation that pays"),
        FieldRow(.operatorID, "content.operator_id", .text, [.suiteOrder], "who placed the order"),
        FieldRow(.buyerID, "content.buyer_id", .text, [.suiteOrder], "who pays for the licences"),
    ]
}
