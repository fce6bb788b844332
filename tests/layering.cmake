cmake_minimum_required(VERSION 3.25)
# Fails when a room includes a room that it may not see, or a file a library that is another file's, or when pipeline/ names a
# type of stage or backend. A room is a folder; what
# stands directly in a folder is a room too.
#   cmake -DROOT=<checkout> -P tests/layering.cmake

# What each room may see beside itself.
set(support pipeline/support)
set(json ${support} pipeline/json)
set(reading ${json} pipeline/reading)
set(words ${reading} pipeline)  # The words of the program.
set(config ${words} pipeline/config)
set(ledger ${config} pipeline/ledger)
set(run ${ledger} pipeline/run)
set(wire backends/extraction/wire.h backends/extraction/condition_wire.h)
set(rooms
  "pipeline/support="
  "pipeline/json=${support}"
  "pipeline/reading=${json}"
  "pipeline=${reading}"
  "pipeline/config=${words}"
  "pipeline/ledger=${config}"
  "pipeline/run=${ledger}"
  "backends/http=${config}"
  "backends/extraction=${config}"
  "backends/protocols=${config};backends/http"
  "backends/rules=${config}"
  "backends/calls=${config};backends/http;backends/protocols"
  "backends=${config};backends/http;backends/extraction;backends/protocols;backends/rules;backends/calls"
  "stages=${config}"
  "worker/text=${config}"
  "worker/layout=${config};worker/text"
  "worker/poppler="
  "worker/pdf=${config};worker/text;worker/layout;worker/poppler"
  "worker/formats=${config};worker/text;worker/layout"
  "worker/process=${config};worker/text;${wire}"
  "worker/conditions=${config};worker/process;${wire}"
  "worker/members=${config};worker/text;worker/layout;worker/pdf;worker/formats"
  "worker/ocr=${config};${wire};worker/text;worker/layout;worker/poppler;worker/formats;worker/members;worker/process"
  "worker=${config};${wire};worker/text;worker/layout;worker/pdf;worker/formats;worker/members;worker/process;worker/conditions"
  "cli/terminal=${config}"
  "cli/options=${run};backends;stages;cli/terminal"
  "cli/log=${run};cli/terminal;cli/options;cli/version.h"
  "cli/records=${run};backends;cli/terminal"
  "cli/progress=${run};cli/terminal;cli/log;cli/records"
  # help shows what verbs declare
  "cli/help=${config};cli/terminal;cli/options;cli/exit_code.h;cli/commands.h"
  "cli/report=${run};stages;cli/terminal"
  "cli=${run};backends;backends/http;backends/calls;backends/extraction;stages;cli/terminal;cli/options;cli/log;cli/records;cli/progress;cli/help;cli/report"
  "cli/reference=${run};cli;cli/terminal;cli/options;cli/help"
)

# <header's beginning>=<the only files that may include it>
set(homes
  "(oneapi/)?tbb/=pipeline/run/flow.cpp"
  "yaml-cpp/=pipeline/config/yaml.cpp"
  "jq.h=worker/conditions/jq_programs.cpp"
  "jv.h=worker/conditions/jq_programs.cpp"
  "oniguruma.h=pipeline/json/pattern.cpp"
  "valijson/=pipeline/json/schema.cpp"
  "sqlite3.h=pipeline/ledger/sqlite.cpp"
  "(utf8[./]|utf8cpp/).*=pipeline/support/utf8.cpp"
  "utf8proc.h=pipeline/support/unicode_form.cpp"
  "openssl/=(pipeline/support/digest.cpp|worker/.*)"
  "curl/=backends/http/.*"
  "uchardet=worker/text/encoding.cpp"
  "poppler-=worker/(pdf|poppler)/.*"
  "([A-Z][A-Za-z0-9_-]*[.]h>|goo/|splash/|fofi/)=worker/(pdf|poppler|ocr)/.*"  # Poppler's private headers.
  "seccomp.h=worker/process/.*"
  "zlib.h=worker/.*"
  "magic.h=worker/formats/.*"
  "gmime/=worker/formats/.*"
  "archive(_entry)?.h=worker/formats/.*"
  "pugixml.hpp=worker/(formats|pdf)/.*"
  "gumbo.h=worker/formats/.*"
  "gsf/=worker/formats/.*"
  "cld2/=worker/text/language.cpp"
  "(tesseract|leptonica)/=worker/ocr/.*"
  "kainjow/=stages/prompt_template.cpp"
  "CLI/=cli/.*"
  "spdlog/=cli/.*"
)

foreach(entry IN LISTS rooms)
  string(REGEX REPLACE "=.*" "" room "${entry}")
  list(APPEND known ${room})
endforeach()

function(check_room room may_see)
  file(GLOB files RELATIVE ${ROOT} ${ROOT}/${room}/*.h ${ROOT}/${room}/*.cpp)
  foreach(file IN LISTS files)
    file(STRINGS ${ROOT}/${file} includes REGEX "^#include ")
    foreach(line IN LISTS includes)
      if(line MATCHES "^#include \"((.*)/[^/]+)\"")
        if(NOT CMAKE_MATCH_2 STREQUAL room AND NOT CMAKE_MATCH_2 IN_LIST may_see AND NOT CMAKE_MATCH_1 IN_LIST may_see)
          message(SEND_ERROR "${file}: ${room} may not include ${CMAKE_MATCH_2}: ${line}")
        endif()
        continue()
      endif()
      foreach(home IN LISTS homes)
        string(REGEX REPLACE "=.*" "" header "${home}")
        string(REGEX REPLACE "^[^=]*=" "" owner "${home}")
        if(line MATCHES "^#include <${header}" AND NOT file MATCHES "^${owner}$")
          message(SEND_ERROR "${file}: only ${owner} may have ${line}")
        endif()
      endforeach()
    endforeach()
  endforeach()
endfunction()

# A list may not hold lists, so a room's own list is the rest of the entries up to the next with a "=".
set(room)
set(may_see)
foreach(entry IN LISTS rooms ITEMS "end=")
  if(entry MATCHES "^([^=]+)=(.*)$")
    set(next ${CMAKE_MATCH_1})
    set(first ${CMAKE_MATCH_2})
    if(room)
      check_room(${room} "${may_see}")
    endif()
    set(room ${next})
    set(may_see ${first})
  else()
    list(APPEND may_see ${entry})
  endif()
endforeach()

# A folder that is in no list is a room that nobody decided on.
file(GLOB_RECURSE files RELATIVE ${ROOT} ${ROOT}/pipeline/*.h ${ROOT}/backends/*.h ${ROOT}/stages/*.h ${ROOT}/worker/*.h ${ROOT}/cli/*.h
     ${ROOT}/pipeline/*.cpp ${ROOT}/backends/*.cpp ${ROOT}/stages/*.cpp ${ROOT}/worker/*.cpp ${ROOT}/cli/*.cpp)
foreach(file IN LISTS files)
  cmake_path(GET file PARENT_PATH room)
  if(NOT "${rooms}" MATCHES "(^|;)${room}=")
    message(SEND_ERROR "${file}: the room ${room} is not in tests/layering.cmake")
  endif()
endforeach()

# pipeline/ knows no type of the tables in stages/ and backends/ by its name: types declare what they are.
file(GLOB_RECURSE tables ${ROOT}/stages/*.cpp ${ROOT}/backends/*.cpp)
set(types)
foreach(file IN LISTS tables)
  file(READ ${file} text)
  string(REPLACE ";" " " text "${text}")
  if(text MATCHES "\n(Stage|Backend)Type [a-z_]+\\(\\) {[^}]*\\.name = \"([^\"]+)\"")
    list(APPEND types ${CMAKE_MATCH_2})
  endif()
endforeach()
file(READ ${ROOT}/stages/all.cpp text)
string(REGEX MATCHALL "StageType [a-z_]+\\(\\)" rows "${text}")
list(LENGTH rows expected)
file(READ ${ROOT}/backends/all.cpp text)
string(REGEX MATCHALL "\n +[a-z_]+\\(\\)," rows "${text}")
list(LENGTH rows backends)
math(EXPR expected "${expected} + ${backends}")
list(LENGTH types count)
if(NOT count EQUAL expected)
  message(SEND_ERROR "the tables of stages/ and backends/ have ${expected} types, and only these were found: ${types}")
endif()
file(GLOB_RECURSE files RELATIVE ${ROOT} ${ROOT}/pipeline/*.h ${ROOT}/pipeline/*.cpp)
foreach(file IN LISTS files)
  file(READ ${ROOT}/${file} text)
  foreach(type IN LISTS types)
    if(text MATCHES "\"${type}\"")
      message(SEND_ERROR "${file}: pipeline/ may not name the type \"${type}\"; let types declare what it asks")
    endif()
  endforeach()
endforeach()
