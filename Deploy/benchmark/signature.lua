-- Peer (b) of Deploy/bench: the least that a receiver of callbacks can do and still keep them. It checks the signature (SHA-1
-- of the four parts, WECOM.md 1.4) and appends the body, encrypted as it is, to a Redis stream. No decryption, no parsing,
-- no normalising, no deduplication.
local redis = require "nginx.redis"
local settings = require "settings"

local byte = string.byte
local hexadecimal = {}
for value = 0, 255 do hexadecimal[value] = string.format("%02x", value) end

ngx.req.read_body()
local body = ngx.req.get_body_data()
local query = ngx.req.get_uri_args()
local opening, closing = "<Encrypt><![CDATA[", "]]></Encrypt>"
local _, before = body:find(opening, 1, true)
local after = before and body:find(closing, before, true)
if not after then return ngx.exit(403) end

local parts = { settings.token, query.timestamp, query.nonce, body:sub(before + 1, after - 1) }
table.sort(parts)
local digest = ngx.sha1_bin(table.concat(parts))
local digits = {}
for index = 1, 20 do digits[index] = hexadecimal[byte(digest, index)] end
if table.concat(digits) ~= query.msg_signature then return ngx.exit(403) end

local client = redis:new()
local ok = client:connect(settings.redis)
if not ok then return ngx.exit(503) end
local id = client:xadd("in", "*", "event", body)
if not id then return ngx.exit(503) end
client:set_keepalive(60000, 512)
ngx.header["Content-Length"] = 0
