cmake_minimum_required(VERSION 3.25)
# Fails when a folder includes a folder that it may not see, or a file a library that is another file's.
#   cmake -DROOT=<checkout> -P tests/layering.cmake

set(may_see_pipeline pipeline)
set(may_see_stages pipeline stages)
set(may_see_backends pipeline backends)
set(may_see_worker pipeline worker)
set(may_see_cli cli pipeline stages backends)

# <header's beginning>=<the only files that may include it>
set(homes
  "(oneapi/)?tbb/=pipeline/flow.cpp"
  "yaml-cpp/=pipeline/yaml.cpp"
  "jq.h=pipeline/condition.cpp"
  "jv.h=pipeline/condition.cpp"
  "oniguruma.h=pipeline/pattern.cpp"
  "valijson/=pipeline/schema.cpp"
  "sqlite3.h=pipeline/ledger.*"
  "openssl/=(pipeline/digest.cpp|worker/.*)"
  "curl/=backends/http.*"
  "poppler/=worker/.*"
  "(poppler-|uchardet)=worker/.*"
  "seccomp.h=worker/.*"
  "magic.h=worker/.*"
  "kainjow/=stages/prompt_template.cpp"
  "CLI/=cli/.*"
  "spdlog/=cli/.*"
)

foreach(folder pipeline stages backends worker cli)
  file(GLOB_RECURSE files RELATIVE ${ROOT} ${ROOT}/${folder}/*.h ${ROOT}/${folder}/*.cpp)
  foreach(file IN LISTS files)
    file(STRINGS ${ROOT}/${file} ours REGEX "^#include \"[a-z]+/")
    foreach(line IN LISTS ours)
      string(REGEX REPLACE "^#include \"([a-z]+)/.*" "\\1" target "${line}")
      if(NOT target IN_LIST may_see_${folder})
        message(SEND_ERROR "${file}: ${folder} may not include ${target}: ${line}")
      endif()
    endforeach()
    foreach(home IN LISTS homes)
      string(REGEX REPLACE "=.*" "" header "${home}")
      string(REGEX REPLACE "^[^=]*=" "" owner "${home}")
      file(STRINGS ${ROOT}/${file} foreign REGEX "^#include <${header}")
      if(foreign AND NOT file MATCHES "^${owner}$")
        message(SEND_ERROR "${file}: only ${owner} may include ${foreign}")
      endif()
    endforeach()
  endforeach()
endforeach()
