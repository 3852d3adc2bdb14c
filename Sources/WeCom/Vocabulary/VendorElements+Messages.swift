// The elements of what every document carries, of messages, of AI bots and of the use of applications (WECOM.md, 3.1 to 3.4).

import Events

extension VendorElements {
    static let envelope = [
        row("ToUserName", .corpID),
        row("AgentID", .agentID),
        row("FromUserName", .from),
        row("SuiteId", .suiteID),
        row("AuthCorpId", .authCorpID),
        row("ServiceCorpId", .providerCorpID),
        row("AppId", .appID),
        // Of shared applications only; everywhere else the corporation is in `ToUserName` or `AuthCorpId`.
        row("CorpId", .corpID, in: [.appChanged]),
    ]

    static let messages = [
        row("MsgId", .messageID),
        row("MsgType", .nativeKind, in: [.messageReceived, .unknown]),
        row("Content", .text),
        row("MediaId", .mediaID),
        row("ThumbMediaId", .thumbnailID),
        row("Format", .format),
        row("PicUrl", .pictureURL),
        row("Url", .url),
        row("Title", .title),
        row("Description", .description),
        row("Location_X", .latitude),
        row("Location_Y", .longitude),
        row("Latitude", .latitude),
        row("Longitude", .longitude),
        row("Precision", .precision),
        row("Scale", .scale),
        row("Label", .label),
        row("AppType", .appType),
    ]

    static let bot = [
        row("aibotid", .botID),
        row("chatid", .room, in: [.messageReceived, .botEvent]),
        row("chattype", .chatType),
        row("from/userid", .from),
        row("from/corpid", .fromCorpID),
        row("response_url", .responseURL),
        row("text/content", .text),
        row("voice/content", .text),
        row("image/url", .url),
        row("file/url", .url),
        row("video/url", .url),
        row("file/filename", .fileName),
        row("mixed/msg_item/msgtype", .itemCount, .counted),
        row("mixed/msg_item/text/content", .text, .lines),
        row("mixed/msg_item/image/url", .url),
        row("quote/msgtype", .quoteKind),
        row("quote/text/content", .quoteText),
        row("quote/voice/content", .quoteText),
        row("quote/mixed/msg_item/text/content", .quoteText, .lines),
        row("stream/id", .streamID),
        row("event/template_card_event/event_key", .eventKey),
        row("event/template_card_event/task_id", .taskID),
        row("event/template_card_event/card_type", .cardType),
        row("event/feedback_event/id", .feedbackID),
        row("event/feedback_event/content", .text),
        row("event/feedback_event/type", .feedback, .word(["1": "good", "2": "bad", "3": "withdrawn"])),
    ]

    static let interactions = [
        row("EventKey", .eventKey),
        row("TaskId", .taskID),
        row("CardType", .cardType),
        row("ResponseCode", .responseCode),
        row("ScanCodeInfo/ScanType", .scanType),
        row("ScanCodeInfo/ScanResult", .scanResult),
        // Not `Count`, which is missing or wrong when every picture has a `PicList` of its own (WECOM.md, 9, row 22).
        row("SendPicsInfo/PicList/item/PicMd5Sum", .pictureCount, .counted),
        row("SendLocationInfo/Location_X", .latitude),
        row("SendLocationInfo/Location_Y", .longitude),
        row("SendLocationInfo/Scale", .scale),
        row("SendLocationInfo/Label", .label),
        row("SendLocationInfo/Poiname", .placeName),
        row("EffectTime", .effectiveAt, .seconds),
        row("Mode", .mode),
        row("NotifyId", .notifyID),
        row("NotifyScene", .notifyScene),
    ]

    static let jobs = [
        row("BatchJob/JobId", .jobID),
        row("BatchJob/JobType", .jobType),
        row("BatchJob/ErrCode", .errorCode),
        row("BatchJob/ErrMsg", .errorMessage),
        row("JobId", .jobID),
    ]
}
