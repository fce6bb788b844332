# What describes verbs, options and settings is written by a program that has them: manual pages, completions, the schema, and
# pages of the documentation. It runs when docket is built, and is not installed.
file(GLOB reference_sources CONFIGURE_DEPENDS cli/reference/*.cpp)
add_executable(docket-reference ${reference_sources})
room_by_room(docket-reference ${reference_sources})
target_link_libraries(docket-reference PRIVATE cli)
target_compile_options(docket-reference PRIVATE -O0)  # It runs once.
set(reference ${PROJECT_BINARY_DIR}/reference)
set(reference_files docket.1 docket-pipeline.5 docket.bash _docket docket.fish pipeline.schema.json
    command-line.md pipeline-file.md exit-codes.md errors.md ledger-tables.md)
list(TRANSFORM reference_files PREPEND ${reference}/)
add_custom_command(OUTPUT ${reference_files}
                   COMMAND ${CMAKE_COMMAND} -E env ASAN_OPTIONS=detect_leaks=0 $<TARGET_FILE:docket-reference> ${reference}
                   DEPENDS docket-reference VERBATIM)
add_custom_target(reference ALL DEPENDS ${reference_files})
