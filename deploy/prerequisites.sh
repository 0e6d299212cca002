# Sourced by ./run and ./test: finds what the build and the silo need, and installs it where it may.
# Debian and Ubuntu packages are installed as root or with a sudo that asks for no password; otherwise a sentence says what to do.

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "$*"
  exit 1
}

# The .NET 10 SDK is never installed for you: it comes from Microsoft's or your distribution's feed.
need_dotnet() {
  if ! command -v dotnet >/dev/null 2>&1 && [ -x "$HOME/.dotnet/dotnet" ]; then
    export DOTNET_ROOT="$HOME/.dotnet" PATH="$HOME/.dotnet:$PATH"
  fi
  if ! command -v dotnet >/dev/null 2>&1 || ! dotnet --list-sdks | grep -q '^10\.'; then
    fail "The .NET 10 SDK is needed and was not found.
  Debian, Ubuntu:  apt-get install dotnet-sdk-10.0   (Debian: add Microsoft's package feed first, see the page below)
  anywhere:        curl -fsSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0
  more:            https://dotnet.microsoft.com/download/dotnet/10.0"
  fi
  export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
}

has_postgres() { compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || command -v postgres >/dev/null 2>&1; }

has_node() { command -v npm >/dev/null 2>&1 && node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 18 ? 0 : 1)' 2>/dev/null; }

has_chromium() { command -v chromium >/dev/null 2>&1; }

has_curl() { command -v curl >/dev/null 2>&1; }

has_redis() { command -v redis-server >/dev/null 2>&1; }

has_iproute2() { command -v ip >/dev/null 2>&1 || [ -x /sbin/ip ]; }

has_pgbouncer() { command -v pgbouncer >/dev/null 2>&1 || [ -x /usr/sbin/pgbouncer ]; }

# need_packages postgres node …: installs the packages of those that has_… does not find.
need_packages() {
  local missing=() what
  for what in "$@"; do
    "has_$what" && continue
    case "$what" in
      postgres) missing+=(postgresql) ;;
      node) missing+=(nodejs npm) ;;
      redis) missing+=(redis-server) ;;
      *) missing+=("$what") ;;
    esac
  done
  [ ${#missing[@]} -eq 0 ] && return

  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
      as_root=(sudo -n)
    else
      fail "These packages are missing and cannot be installed without root: ${missing[*]}
  Debian, Ubuntu:  sudo apt-get install ${missing[*]}
  elsewhere:       PostgreSQL 15 or newer, Node.js 18 or newer with npm"
    fi
  fi
  command -v apt-get >/dev/null 2>&1 || fail "Missing: ${missing[*]} (names of Debian packages). Install them with this system's package manager and start again."

  say "Installing ${missing[*]} …"
  local log
  log=$(mktemp)
  if ! { "${as_root[@]}" apt-get update && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    fail "apt-get could not install ${missing[*]}; its last words are above."
  fi
  rm -f "$log"
}
