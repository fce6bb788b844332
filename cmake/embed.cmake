# Writes a C++ file with the contents of data files, so that the program needs none beside it.
#   cmake -DOUT=<file.cpp> -DROOT=<folder> -DFILES=<a;b;c> -DHEADER=<file.h>
#         -DNAMESPACE=<n> -DFUNCTION=<f> -P embed.cmake
# Each file is named by its path below ROOT, or by NAME where an entry is NAME=PATH.
set(entries "")
foreach(entry IN LISTS FILES)
  if(entry MATCHES "^([^=]+)=(.+)$")
    set(name ${CMAKE_MATCH_1})
    set(path ${CMAKE_MATCH_2})
  else()
    set(path ${ROOT}/${entry})
    set(name ${entry})
  endif()
  file(READ ${path} content HEX)
  string(REGEX REPLACE "(..)" "\\\\x\\1" content "${content}")
  string(REGEX REPLACE "(\\\\x[^x][^x]\\\\x[^x][^x]\\\\x[^x][^x]\\\\x[^x][^x]\\\\x[^x][^x]\\\\x[^x][^x]\\\\x[^x][^x]\\\\x[^x][^x]\\\\x[^x][^x]\\\\x[^x][^x]\\\\x[^x][^x]\\\\x[^x][^x]\\\\x[^x][^x]\\\\x[^x][^x]\\\\x[^x][^x]\\\\x[^x][^x])" "\\1\"\n     \"" content "${content}")
  string(APPEND entries "    {\"${name}\",\n     \"${content}\"},\n")
endforeach()
file(WRITE ${OUT} "#include \"${HEADER}\"\n\nnamespace ${NAMESPACE} {\n\nstd::span<const EmbeddedFile> ${FUNCTION}() {\n  static constexpr EmbeddedFile files[] = {\n${entries}  };\n  return files;\n}\n\n}  // namespace ${NAMESPACE}\n")
