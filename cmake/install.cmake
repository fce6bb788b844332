# What `cmake --install` puts where, and what CPack makes a Debian package of (scripts/package).
include(GNUInstallDirs)
set(ZSH_COMPLETIONS_DIR ${CMAKE_INSTALL_DATADIR}/zsh/site-functions CACHE STRING "Where zsh looks for completions")

install(TARGETS docket DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS docket-extract docket-ocr DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/docket)  # docket looks there for them.

install(FILES ${reference}/docket.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${reference}/docket-pipeline.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(FILES ${reference}/docket.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME docket)
install(FILES ${reference}/_docket DESTINATION ${ZSH_COMPLETIONS_DIR})
install(FILES ${reference}/docket.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES ${reference}/pipeline.schema.json DESTINATION ${CMAKE_INSTALL_DATADIR}/docket)

set(doc ${CMAKE_INSTALL_DATADIR}/doc/docket)
install(FILES README.md packaging/copyright DESTINATION ${doc})
# What README and `docket help` name, so that it is also where there is no network.
install(DIRECTORY docs DESTINATION ${doc} FILES_MATCHING PATTERN "*.md" PATTERN "*.json" PATTERN "*.png")
install(DIRECTORY ${reference}/ DESTINATION ${doc}/docs/reference FILES_MATCHING PATTERN "*.md")
install(DIRECTORY examples DESTINATION ${doc} USE_SOURCE_PERMISSIONS
        PATTERN out EXCLUDE PATTERN __pycache__ EXCLUDE PATTERN day/inbox EXCLUDE PATTERN records EXCLUDE PATTERN .gitignore EXCLUDE)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME docket)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
# Of whoever makes the package, as Debian's own tools ask for it.
set(maintainer "$ENV{DEBFULLNAME} <$ENV{DEBEMAIL}>")
if(NOT maintainer MATCHES ".+ <.+@.+>")
  set(maintainer "docket maintainers <docket@localhost>")
endif()
set(CPACK_PACKAGE_CONTACT ${maintainer})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "batch runner for documents: rules, local models, cloud models")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"docket runs a batch of documents (PDF, scans, office files, e-mail) through
a pipeline written in YAML, and writes one JSON record for each.
Built-in rules answer first, a model on the user's own machine where the
rules are not confident, and a paid cloud model only for a recorded reason.
It is one command for shell scripts, cron jobs, CI jobs and makefiles.")
set(CPACK_STRIP_FILES TRUE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/package)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_SECTION text)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION TRUE)
# Without these it runs; docs/limits.md and `docket check` say what it then cannot do.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS
    "ca-certificates, poppler-data, tesseract-ocr-eng, tesseract-ocr-deu, tesseract-ocr-fra, tesseract-ocr-osd")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "libreoffice-writer-nogui, graphviz")
include(CPack)
