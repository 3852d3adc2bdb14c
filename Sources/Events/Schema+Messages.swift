// The second part of the schema's table: messages and sends, accounts, the use of applications and bots, jobs.

extension Schema {
    static let messageFields: [FieldRow] = [
        FieldRow(.kind, "content.kind", .messageKinds, .messages, "what kind of message it is"),
        FieldRow(
            .nativeKind, "content.native_kind", .text, .messagesOrUnknown,
            "the vendor's own name or number of the kind"),
        FieldRow(
            .text, "content.text", .text, [.messageReceived, .messageSent, .messageFailed, .sendRequested, .botEvent],
            "what it says"),
        FieldRow(.from, "content.from", .text, .people, "who sent or caused it"),
        FieldRow(.fromName, "content.from_name", .text, .messages, "the sender's display name"),
        FieldRow(
            .fromCorpID, "content.from_corp_id", .text, [.messageReceived, .botEvent],
            "the sender's corporation, when it is another than the bot's"),
        FieldRow(.to, "content.to", .text, .messages, "who it is for"),
        FieldRow(.room, "content.room", .text, .conversational, "the group chat, when it is one"),
        FieldRow(
            .chatType, "content.chat_type", .token(["single", "group"]),
            [.messageReceived, .messageSent, .messageFailed, .sendRequested, .botEvent],
            "whether the chat is with one person or a group"),
        FieldRow(.messageID, "content.message_id", .text, .conversational, "the vendor's id of the message"),
        FieldRow(
            .sequence, "content.seq", .text, .messages,
            "the message's place in the account's stream; digits, but longer than a double holds"),
        FieldRow(.replyTo, "content.reply_to", .text, .messages, "the message this one refers to"),
        FieldRow(.quoteKind, "content.quote_kind", .text, .messages, "the kind of the quoted message"),
        FieldRow(.quoteText, "content.quote_text", .text, .messages, "what the quoted message says"),
        FieldRow(.fromMe, "content.from_me", .flag, .messages, "whether the account itself sent it"),
        FieldRow(.atMe, "content.at_me", .flag, .messages, "whether it mentions the account"),
        FieldRow(.atList, "content.at_list", .text, .messages, "who it mentions, separated by commas"),
        FieldRow(.itemCount, "content.item_count", .number, .messages, "how many parts a mixed or merged message has"),
        FieldRow(.mediaID, "content.media_id", .text, .messages, "the vendor's handle of the file"),
        FieldRow(.thumbnailID, "content.thumbnail_id", .text, .messages, "the vendor's handle of the preview"),
        FieldRow(.mediaKey, "content.media_key", .text, .messages, "the key the file is encrypted with", secret: true),
        FieldRow(.digest, "content.digest", .text, .messages, "the file's checksum"),
        FieldRow(.url, "content.url", .text, .messages, "where the link leads or the file is"),
        FieldRow(.pictureURL, "content.picture_url", .text, .messages, "where the picture is"),
        FieldRow(.title, "content.title", .text, .messages, "the title of a link, card or mini program"),
        FieldRow(.description, "content.description", .text, .messages, "the text below the title"),
        FieldRow(.fileName, "content.file_name", .text, .messages, "the file's name"),
        FieldRow(.size, "content.size", .number, .messages, "the file's size in bytes"),
        FieldRow(.format, "content.format", .text, .messages, "the encoding of a voice message"),
        FieldRow(
            .duration, "content.duration", .number, .messages,
            "how long the voice or video message is, in seconds"),
        FieldRow(.latitude, "content.latitude", .number, .located, "degrees north"),
        FieldRow(.longitude, "content.longitude", .number, .located, "degrees east"),
        FieldRow(.precision, "content.precision", .number, .located, "how exact the position is, in metres"),
        FieldRow(.scale, "content.scale", .number, .located, "the map's zoom"),
        FieldRow(.label, "content.label", .text, .located, "the address of the position"),
        FieldRow(.placeName, "content.place_name", .text, .located, "the name of the position"),
        FieldRow(.appType, "content.app_type", .text, .located, "the client it was sent from; absent for WeChat"),
        FieldRow(
            .streamID, "content.stream_id", .text, [.botEvent],
            "the streamed answer the client asks to be continued"),
        FieldRow(
            .responseURL, "content.response_url", .text, [.messageReceived, .botEvent],
            "where one answer may be posted within an hour", secret: true),
        FieldRow(
            .requestID, "content.request_id", .text, [.messageSent, .messageFailed, .sendRequested, .unknown],
            "the send request it belongs to"),
    ]

    static let accountFields: [FieldRow] = [
        FieldRow(.status, "content.status", .qrcodeStates, [.accountQRCode], "the state of the login QR code"),
        FieldRow(
            .statusCode, "content.status_code", .number,
            [.accountQRCode, .contactChanged, .meetingChanged, .livingChanged, .securityChanged, .suiteOrder],
            "the vendor's own number of the state"),
        FieldRow(.qrcode, "content.qrcode", .text, [.accountQRCode], "what the login QR code says", secret: true),
        FieldRow(
            .reason, "content.reason", .text,
            [.accountQRCode, .accountLogout, .messageFailed, .customerChanged, .securityChanged],
            "why"),
        FieldRow(.userID, "content.user_id", .text, .people, "the member it is about"),
        FieldRow(
            .name, "content.name", .text, [.accountLogin, .contactChanged, .approvalChanged],
            "the name of the person, department or form"),
        FieldRow(.corpName, "content.corp_name", .text, [.accountLogin], "the corporation's name"),
    ]

    static let interactionFields: [FieldRow] = [
        FieldRow(
            .eventKey, "content.event_key", .text, .interactions,
            "the menu's or button's key, or the page it opened"),
        FieldRow(.taskID, "content.task_id", .text, .interactions, "the card's id, chosen by its sender"),
        FieldRow(.cardType, "content.card_type", .text, .interactions, "the card's layout"),
        FieldRow(
            .responseCode, "content.response_code", .text, .interactions,
            "the right to update the card once", secret: true),
        FieldRow(
            .selections, "content.selections", .text, .interactions,
            "what was chosen: `question=option,option; question=option`"),
        FieldRow(.scanType, "content.scan_type", .text, [.appInteraction], "what kind of code was scanned"),
        FieldRow(.scanResult, "content.scan_result", .text, [.appInteraction], "what the code says"),
        FieldRow(.pictureCount, "content.picture_count", .number, [.appInteraction], "how many pictures were chosen"),
        FieldRow(
            .feedback, "content.feedback", .token(["good", "bad", "withdrawn", "other"]), [.botEvent],
            "how the user rated the bot's answer"),
        FieldRow(.feedbackID, "content.feedback_id", .text, [.botEvent], "the answer that was rated"),
        FieldRow(.mode, "content.mode", .text, [.appChanged], "the workbench's new mode"),
        FieldRow(
            .effectiveAt, "content.effective_at", .time, [.appChanged, .acquisitionChanged],
            "when the change takes effect"),
    ]

    static let jobFields: [FieldRow] = [
        FieldRow(.jobID, "content.job_id", .text, [.jobFinished, .archiveNotified], "the job that ended"),
        FieldRow(.jobType, "content.job_type", .text, [.jobFinished], "what the job did"),
        FieldRow(
            .errorCode, "content.error_code", .number, [.jobFinished, .messageFailed],
            "the vendor's error number; 0 is success"),
        FieldRow(
            .errorMessage, "content.error_message", .text, [.jobFinished, .messageFailed, .meetingChanged],
            "the vendor's error text"),
    ]
}
