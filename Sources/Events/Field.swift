// Every value an event can carry, by the name rules and records use. What each of them means, what kind it is and with
// which event types it occurs stands in the schema's table; this is the list of that table's rows.

/// The order of the cases is the order of the rows of ``Schema/fields``.
package enum Field: UInt8, CaseIterable, Sendable {
    // The record itself
    case id
    case type
    case tenant
    case account
    case conversation
    case time
    case source
    case sourceName
    case dedupe
    case raw

    // Where it came from
    case event
    case changeType
    case notifyType
    case guid
    case corpID
    case authCorpID
    case providerCorpID
    case suiteID
    case agentID
    case appID
    case botID

    // Messages and sends
    case kind
    case nativeKind
    case text
    case from
    case fromName
    case fromCorpID
    case to
    case room
    case chatType
    case messageID
    case sequence
    case replyTo
    case quoteKind
    case quoteText
    case fromMe
    case atMe
    case atList
    case itemCount
    case mediaID
    case thumbnailID
    case mediaKey
    case digest
    case url
    case pictureURL
    case title
    case description
    case fileName
    case size
    case format
    case duration
    case latitude
    case longitude
    case precision
    case scale
    case label
    case placeName
    case appType
    case streamID
    case responseURL
    case requestID

    // Accounts
    case status
    case statusCode
    case qrcode
    case reason
    case userID
    case name
    case corpName

    // Applications and bots
    case eventKey
    case taskID
    case cardType
    case responseCode
    case selections
    case scanType
    case scanResult
    case pictureCount
    case feedback
    case feedbackID
    case mode
    case effectiveAt

    // Jobs and failures
    case jobID
    case jobType
    case errorCode
    case errorMessage

    // Contacts
    case newUserID
    case openUserID
    case department
    case mainDepartment
    case leaderIn
    case directLeader
    case position
    case mobile
    case telephone
    case gender
    case email
    case workEmail
    case avatarURL
    case alias
    case address
    case departmentID
    case parentID
    case order
    case tagID
    case usersAdded
    case usersRemoved
    case departmentsAdded
    case departmentsRemoved

    // Customers, service accounts and the archive
    case externalUserID
    case state
    case welcomeCode
    case removedBy
    case chatID
    case updateDetail
    case joinScene
    case quitScene
    case memberChangeCount
    case memberChanges
    case lastMemberVersion
    case memberVersion
    case tagType
    case strategyID
    case linkID
    case chatSequence
    case chatKey
    case expiresAt
    case expiringQuota
    case serviceAccount
    case serviceAccountsAdded
    case serviceAccountsRemoved
    case pullToken
    case notifyID
    case notifyScene

    // The office
    case approvalNo
    case templateID
    case applicant
    case appliedAt
    case approvalStatus
    case approvalChange
    case calendarID
    case scheduleID
    case meetingID
    case meetingRoomID
    case bookingID
    case enrollmentID
    case fromTemporaryID
    case temporaryID
    case userRole
    case livingID
    case documentID
    case formID
    case sheetID
    case recordIDs
    case columnIDs
    case spaceID
    case fileID
    case mailbox
    case amount
    case applyID
    case studentID
    case parentUserID
    case changeCount
    case chainID
    case corpIDs
    case groupIDs
    case deviceSerial
    case reportCount

    // Suites
    case suiteTicket
    case authCode
    case authType
    case registerCode
    case orderID
    case oldOrderID
    case newOrderID
    case paidCorpID
    case operatorID
    case buyerID

    // Quotas
    case quota
    case percent
    case used
    case limit
    case freesAt

    // Endpoints
    case endpoint
    case failingSince
    case disabledBy
}

extension Field {
    /// The name in rules, such as `content.text`.
    package var name: String { row.name }

    package var kind: FieldKind { row.kind }

    /// Whether logs show that it is there, but not what it says.
    package var isSecret: Bool { row.isSecret }

    var form: FieldForm { Schema.forms[Int(rawValue)] }

    var isContent: Bool { Int(rawValue) >= Schema.contentStart }

    package var row: FieldRow { Schema.fields[Int(rawValue)] }

    package init?(name: Span<UInt8>) {
        guard let field = Schema.fieldsByName[name] else { return nil }
        self = field
    }

    package init?(name: String) {
        guard let field = Schema.fieldsByName[name] else { return nil }
        self = field
    }
}

extension Field: CustomStringConvertible {
    package var description: String { name }
}
