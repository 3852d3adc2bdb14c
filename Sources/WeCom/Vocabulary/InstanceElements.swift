// Which field of an event a member of an instance provider's notice becomes (WECOM.md, 7.2). Providers and their versions
// spell members differently; folding takes care of case and underscores, aliases stand in rows of their own. Values that
// some providers write in base64 in some notices (names) are left as they are: no value says whether it is base64.

import Events

/// Ids, of which 0 stands for none, and what decides an event's type are not here but in `Event+Instance.swift`.
enum InstanceElements {
    static let rows = VendorElements.table(message + account + nested)

    private static let messages: EventTypeSet = [.messageReceived, .messageSent]

    private static let message = [
        VendorElements.row("sender", .from),
        VendorElements.row("sender_id", .from),
        VendorElements.row("sender_name", .fromName),
        VendorElements.row("at_list", .atList, .joined),
        VendorElements.row("at_list/user_id", .atList, .joined),
        VendorElements.row("quote_content", .quoteText),
        VendorElements.row("quote_content/content", .quoteText),
    ]

    private static let account = [
        VendorElements.row("status", .statusCode),
        VendorElements.row("qrcode_content", .qrcode),
        VendorElements.row("error_message", .reason),
        VendorElements.row("err_msg", .reason),
        VendorElements.row("msg", .reason),
        VendorElements.row("reason", .reason),
        VendorElements.row("user_id", .userID, in: [.accountLogin, .accountLogout]),
        VendorElements.row("name", .name),
        VendorElements.row("corp_full_name", .corpName),
        VendorElements.row("corp_name", .corpName),
    ]

    /// Members of files, links and places stand in the item, in its `content` or in its `extra_content`.
    private static let nested = ["", "content/", "extra_content/"].flatMap { prefix in
        [
            ("file_id", Field.mediaID), ("aes_key", .mediaKey), ("file_aes_key", .mediaKey), ("md5", .digest),
            ("file_md5", .digest), ("size", .size), ("file_size", .size), ("file_name", .fileName),
            ("voice_time", .duration), ("video_duration", .duration), ("url", .url), ("link_url", .url),
            ("image_url", .pictureURL), ("thumb_url", .pictureURL), ("title", .title), ("desc", .description),
            ("description", .description), ("latitude", .latitude), ("longitude", .longitude), ("address", .label),
            ("zoom", .scale), ("scale", .scale),
        ].map { name, field in VendorElements.row(prefix + name, field, in: messages) }
    }
}
