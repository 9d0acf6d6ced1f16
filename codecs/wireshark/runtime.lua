-- What follows is the same for every protocol: it walks the tables above.

local stream = Proto(facts.name, facts.title)
local single = Proto(facts.name .. "_message", facts.title .. " message")

local registered = {}
local all = {}

local function kind_of_field(field)
  if field.kind == "uint" and field.length <= 4 then return ProtoField.uint32 end
  if field.kind == "uint" and field.length <= 8 then return ProtoField.uint64 end
  if field.kind == "int" and field.length <= 4 then return ProtoField.int32 end
  if field.kind == "int" then return ProtoField.int64 end
  if field.kind == "text" or field.kind == "digits" or field.kind == "secret" then return ProtoField.string end
  return ProtoField.bytes
end

local function register(prefix, field)
  local name = prefix .. "." .. field.name
  if not registered[name] then
    registered[name] = kind_of_field(field)(name, field.name)
    all[#all + 1] = registered[name]
  end
  field.proto = registered[name]
  for _, entry in ipairs(field.fields or {}) do register(name, entry) end
end

local function register_layouts(prefix, layouts)
  for _, layout in ipairs(layouts) do
    for _, field in ipairs(layout.fields) do register(prefix .. layout.name, field) end
    for _, option in pairs(layout.options) do register(prefix .. "option", option) end
  end
end

register_layouts(facts.name .. ".", messages)
register_layouts(facts.name .. ".soup.", packets)
local unknown = ProtoField.bytes(facts.name .. ".unknown", "unknown")
local malformed = ProtoExpert.new(facts.name .. ".malformed", "malformed", expert.group.MALFORMED, expert.severity.ERROR)
all[#all + 1] = unknown
stream.fields = all
stream.experts = { malformed }

local function with_decimals(digits, scale)
  local sign = ""
  if digits:sub(1, 1) == "-" then sign, digits = "-", digits:sub(2) end
  digits = string.rep("0", scale + 1 - #digits) .. digits
  return sign .. digits:sub(1, #digits - scale) .. "." .. digits:sub(#digits - scale + 1)
end

local function number_of(field, range)
  if field.kind == "uint" and field.length <= 4 then
    return field.little and range:le_uint() or range:uint()
  elseif field.kind == "uint" then
    return field.little and range:le_uint64() or range:uint64()
  elseif field.length <= 4 then
    return field.little and range:le_int() or range:int()
  end
  return field.little and range:le_int64() or range:int64()
end

local function utf8_of(text)
  return (text:gsub("[\128-\255]", function(character)
    local code = character:byte()
    return string.char(0xC0 + math.floor(code / 64), 0x80 + code % 64)
  end))
end

local function trimmed(field, text)
  if field.kind == "digits" then return (text:gsub("^ +", ""):gsub(" +$", "")) end
  if field.pad == 32 or field.kind == "secret" then return (text:gsub(" +$", ""):gsub("^ +", "")) end
  return (text:gsub("%z+$", ""))
end

local function add_text(field, range, tree)
  local text = utf8_of(trimmed(field, range:raw()))
  if field.kind == "secret" then text = string.rep("*", #text) end
  local item = tree:add(field.proto, range, text)
  local meaning = field.enum and enums[field.enum][text]
  if meaning then item:append_text(" (" .. meaning .. ")") end
  return text
end

local function add_number(field, range, tree)
  local value = number_of(field, range)
  local item = tree:add(field.proto, range, value)
  local digits = tostring(value)
  local meaning = (field.specials and field.specials[digits]) or (field.enum and enums[field.enum][digits])
  if meaning then
    item:append_text(" (" .. meaning .. ")")
  elseif field.scale and field.scale > 0 then
    item:append_text(" (" .. with_decimals(digits, field.scale) .. ")")
  end
  return digits
end

local add_fields

local function add_group(field, range, tree)
  local entry_length = field.entry_length
  local group = tree:add(field.proto, range)
  for at = 0, range:len() - entry_length, entry_length do
    local entry = group:add(range(at, entry_length), field.name .. " " .. math.floor(at / entry_length) + 1)
    add_fields(field.fields, range(at, entry_length), entry)
  end
  if range:len() % entry_length ~= 0 then
    group:add_proto_expert_info(malformed, range:len() .. " bytes, expected " .. entry_length .. " for each entry")
  end
end

local function add_value(field, range, tree)
  if range:len() == 0 then return "" end
  if field.kind == "text" or field.kind == "digits" or field.kind == "secret" then return add_text(field, range, tree) end
  if (field.kind == "uint" or field.kind == "int") and range:len() <= 8 then return add_number(field, range, tree) end
  if field.kind == "group" then add_group(field, range, tree) else tree:add(field.proto, range) end
  return ""
end

local function add_options(layout, range, tree)
  local list = tree:add(range, "options")
  local head, at, size = layout.option_length_bytes, 0, range:len()
  while at < size do
    local length = size - at > head and range(at, head):uint() or 0
    if length == 0 or length > size - at - head then
      list:add_proto_expert_info(malformed, "an option of " .. length .. " bytes, with " .. size - at - head .. " left")
      return
    end
    local tag = range(at + head, 1):uint()
    local option = layout.options[tostring(tag)]
    if option and option.length >= 0 and option.length ~= length - 1 then
      list:add_proto_expert_info(malformed, option.name .. " of " .. length - 1 .. " bytes, expected " .. option.length)
    elseif option and length > 1 then
      add_value(option, range(at + head + 1, length - 1), list)
    elseif length > 1 then
      list:add(unknown, range(at + head + 1, length - 1)):prepend_text("tag " .. tag .. " ")
    end
    at = at + head + length
  end
end

-- Returns what the fields hold, by name.
add_fields = function(fields, range, tree, layout)
  local size, found = range:len(), {}
  for _, field in ipairs(fields) do
    local length = field.length
    if length < 0 or field.kind == "group" then length = size - field.at end
    if field.at + length > size or (length <= 0 and field.at >= size) then
      if length > 0 and not field.optional then
        tree:add_proto_expert_info(malformed, field.name .. " is cut short")
      end
    elseif field.kind == "options" then
      add_options(layout, range(field.at, length), tree)
    elseif length > 0 then
      found[field.name] = add_value(field, range(field.at, length), tree)
    end
  end
  return found
end

local function find(layouts, code, direction)
  local other, default
  for _, layout in ipairs(layouts) do
    if layout.code == code and layout[direction] then return layout end
    if layout.code == code then other = layout end
    if layout.code < 0 and layout[direction] then default = layout end
  end
  return other or default
end

-- Returns the name of the message.
local function add_message(range, tree, direction)
  local type_end = facts.type_at + facts.type_length
  if range:len() < type_end then
    tree:add_proto_expert_info(malformed, range:len() .. " bytes, expected a message")
    return "malformed"
  end
  local type_range = range(facts.type_at, facts.type_length)
  local layout = find(messages, facts.little and type_range:le_uint() or type_range:uint(), direction)
  if not layout then
    tree:add(unknown, range)
    return "unknown"
  end
  local item = tree:add(single, range, layout.name)
  if range:len() < layout.min_length or (layout.length >= 0 and range:len() > layout.length) then
    item:add_proto_expert_info(malformed, range:len() .. " bytes of " .. layout.name .. ", expected " .. layout.min_length)
  end
  add_fields(layout.fields, range, item, layout)
  return layout.name
end

-- SoupBinTCP: S goes to the client; U goes to the venue, or to the client where the message is one of its own.
local SEQUENCED, UNSEQUENCED = 0x53, 0x55

local function dissect_packet(tvb, pinfo, tree)
  pinfo.cols.protocol = facts.name
  local item = tree:add(stream, tvb())
  local code = tvb:len() > 2 and tvb(2, 1):uint() or -1
  local layout = find(packets, code, "to_client")
  if not layout then
    item:add_proto_expert_info(malformed, "a packet of unknown type")
    return tvb:len()
  end
  item:append_text(", " .. layout.name)
  local name = layout.name
  if code == SEQUENCED or code == UNSEQUENCED then
    add_fields({ layout.fields[1], layout.fields[2] }, tvb(), item, layout)
    if tvb:len() > 3 then name = add_message(tvb(3), item, code == SEQUENCED and "to_client" or "to_venue") end
  else
    add_fields(layout.fields, tvb(), item, layout)
  end
  pinfo.cols.info:append(" " .. name)
  return tvb:len()
end

local function packet_length(tvb, _, offset)
  return tvb(offset, 2):uint() + 2
end

function stream.dissector(tvb, pinfo, tree)
  pinfo.cols.info = ""
  dissect_tcp_pdus(tvb, tree, 2, packet_length, dissect_packet)
  return tvb:len()
end

function single.dissector(tvb, pinfo, tree)
  pinfo.cols.protocol = facts.name
  add_message(tvb(), tree, "to_client")
  return tvb:len()
end

DissectorTable.get("tcp.port"):add_for_decode_as(stream)
local found, mold = pcall(DissectorTable.get, "moldudp64.payload")
if found and mold then mold:add_for_decode_as(single) end
