# Minimal Debian systems in folders of their own: what scripts/llama-server and scripts/fresh-machine share. Sourced, POSIX sh.
# The packages come from the mirror that this machine's apt uses; nothing else is asked. Needs root.
# Whoever sources it says in $wanted what it is that a machine may be unable to have.
# shellcheck shell=sh disable=SC2154

PATH=$PATH:/usr/sbin:/sbin  # Of chroot and debootstrap.

# This machine cannot do it, which is nothing that a change of the code could mend: exit code 77.
cannot() {
  echo "scripts/$(basename "$0"): cannot have $wanted here: $*" >&2
  exit 77
}

# The archive of this machine's apt that has the release. Usage: debian_mirror RELEASE SCRATCH_FOLDER
debian_mirror() {
  # shellcheck disable=SC2016  # apt's words, not the shell's.
  for uri in $(apt-get indextargets --format '$(REPO_URI)' | sort -u); do
    case $uri in
      http://* | https://* | file:*)
        if /usr/lib/apt/apt-helper download-file "${uri%/}/dists/$1/InRelease" "$2/InRelease" >/dev/null 2>&1; then
          rm -f "$2/InRelease"
          echo "${uri%/}"
          return
        fi ;;
    esac
  done
  cannot "no archive of this machine's apt has the release $1, or none can be reached"
}

# Also a tree of one that was interrupted, which may have left /proc mounted.
remove_tree() {
  awk -v below="$1/" 'index($5, below) == 1 { print $5 }' /proc/self/mountinfo | sort -r | xargs -r umount
  rm -rf --one-file-system "$1"
}

# Usage: make_debian_root RELEASE URI FOLDER PACKAGE,… LOG     The folder is begun anew.
make_debian_root() {
  command -v debootstrap >/dev/null || cannot "debootstrap is missing (scripts/deps installs it)"
  remove_tree "$3"
  proxy=$(apt-config dump --format '%v' Acquire::http::Proxy)
  # By the steps of `sid`, which are those of every release since 2017: debootstrap need not know the release by name.
  if ! http_proxy=${proxy:-${http_proxy:-}} debootstrap --variant=minbase --include="$4" "$1" "$3" "$2" sid >"$5" 2>&1; then
    tail -n 5 "$5" >&2
    echo "scripts/$(basename "$0"): debootstrap failed; all it said is in $5" >&2
    exit 1
  fi
  rm -rf "$3"/var/cache/apt/* "$3"/var/lib/apt/lists/*
}
