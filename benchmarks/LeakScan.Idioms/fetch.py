#!/usr/bin/env python3
"""Fetches the packages that the idiom model is made of: permissively licensed packages of Debian that carry sources, and of npm.

usage: fetch.py WORK

Leaves WORK/text/OWNER/PACKAGE-VERSION/... for LeakScan.Idioms and the list of what was taken in WORK/sources.tsv. Debian's are
a sample of each kind of package, drawn by the hash of its name, so that nobody chooses; npm's, which carry TypeScript, stand in
npm.txt. An owner is who a package is by upstream: what one project says in ten packages it says once. Runs with apt-get
(after apt-get update), dpkg-deb, npm and tar; nothing is installed.
"""
import collections, concurrent.futures, glob, hashlib, json, os, re, shutil, subprocess, sys, tarfile

here = os.path.dirname(os.path.abspath(__file__))

# Kind of package, how its name is told, how many are drawn.
KINDS = [
    ("go", 1000, r"golang-.*-dev"),
    ("rust", 1000, r"librust-.*-dev"),
    ("javascript", 1000, r"node-.*"),
    ("python", 1000, r"python3-.*"),
    ("ruby", 200, r"ruby-.*"),
    ("php", 120, r"php-.*"),
    ("perl", 50, r"lib.*-perl"),
    ("c", 1000, r"lib(?!rust-|ghc-).*-dev"),
]
MAX_COMPRESSED_BYTES = 2_000_000

# Projects that detection quality is measured on, those they were forked from or into, and their authors' others.
EXCLUDED_OWNERS = {
    "gogs", "gogits", "go-gitea", "gitea", "forgejo", "betterleaks", "gitleaks", "zricethezav", "specstoryai", "ogham", "eza-community", "lsd-rs", "peltoche",
    "burntsushi", "google-gemini", "entityprocess", "packmindhub", "dodona-edu"}
EXCLUDED_NAMES = re.compile(r"gogs|gitea|gitleaks|betterleaks|\bexa\b|\beza\b|\blsd\b|ripgrep|gemini-cli|agentv|context-evaluator|dolos")

PERMISSIVE = re.compile(
    r"^(expat|mit|mit-.*|x11|bsd|bsd-[234].*|apache-2(\.0)?|apache2(\.0)?|apache|apache-license-2\.0|isc|zlib|zlib/libpng|libpng|cc0(-1\.0)?|unlicense|bsl-1\.0|bsl-1|boost(-1\.0)?|"
    r"psf(-2)?|python-2\.0|0bsd|public-domain|wtfpl(-2)?|unicode.*|ncsa|postgresql|bluoak-1\.0\.0|blueoak-1\.0\.0)$", re.I)


def permissive(expression):
    """Every part of an "and", some part of an "or"."""
    parts = re.split(r"\s*,?\s+and(?:/or)?\s+|\s*,\s*", expression.strip())
    return all(any(PERMISSIVE.match(re.sub(r"\s+with\s+.*", "", p.strip("() "), flags=re.I)) for p in re.split(r"\s+or\s+", part)) for part in parts)


def debian_licences(copyright_text):
    """The licences of all but debian/*; None where the file is not in the machine-readable form."""
    found = []
    for stanza in re.split(r"\n\s*\n", copyright_text):
        files = re.search(r"(?mi)^Files:((?:.*)(?:\n[ \t].*)*)", stanza)
        licence = re.search(r"(?mi)^License:[ \t]*(.*)", stanza)
        if files and licence and not all(f.startswith("debian/") for f in files.group(1).replace(",", " ").split()):
            found.append(licence.group(1).strip())
    return sorted(set(found)) or None


def owner_of(homepage, name):
    match = re.search(r"(?:github\.com|gitlab\.com|codeberg\.org|bitbucket\.org|sr\.ht)[/:]~?([\w.-]+)/", (homepage or "") + "/")
    match = match or re.match(r"golang-(?:github|gitlab|bitbucket)-([\w.]+)-", name)
    return (match.group(1) if match else re.sub(r"^(rust|node|golang|python|ruby|php)-", "", name).split("-")[0]).lower()


def run(*command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **options).stdout


def draw():
    """Debian's packages, a sample of each kind: kind, package, version, owner."""
    indexes = run("apt-get", "indextargets", "--format", "$(FILENAME)", "Identifier: Packages").split()
    kinds, sources = collections.defaultdict(list), set()
    for stanza in run("/usr/lib/apt/apt-helper", "cat-file", *[i for i in indexes if "_main_" in i and "security" not in i and "updates" not in i]).split("\n\n"):
        field = dict(re.findall(r"(?m)^([A-Z][\w-]*):[ ]?(.*(?:\n[ \t].*)*)", stanza))
        if not field:
            continue
        name = field["Package"]
        kind = next((k for k, _, pattern in KINDS if re.fullmatch(pattern, name)), None)
        source = field.get("Source", name).split()[0]
        owner = owner_of(field.get("Homepage"), source)
        if kind is None or source in sources or int(field["Size"]) > MAX_COMPRESSED_BYTES or owner in EXCLUDED_OWNERS or EXCLUDED_NAMES.search(source):
            continue
        sources.add(source)
        kinds[kind].append((hashlib.sha256(source.encode()).hexdigest(), name, field["Version"], owner))
    chosen = []
    for kind, count, _ in KINDS:
        owners = collections.Counter()
        for _, name, version, owner in sorted(kinds[kind]):
            # Breadth: no more than two packages of an owner.
            if owners[owner] < 2 and sum(owners.values()) < count:
                owners[owner] += 1
                chosen.append((kind, name, version, owner))
    return chosen


def debian(work):
    chosen = draw()
    folder = os.path.join(work, "debian")
    os.makedirs(folder, exist_ok=True)

    def file_of(name, version):
        return next(iter(glob.glob(os.path.join(folder, f"{glob.escape(name)}_{glob.escape(version.replace(':', '%3a'))}_*.deb"))), None)

    missing = [f"{name}={version}" for _, name, version, _ in chosen if not file_of(name, version)]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        # What one cannot have is left out; the list says what was taken.
        list(pool.map(lambda at: subprocess.run(["apt-get", "-q", "download", *missing[at:at + 50]], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL), range(0, len(missing), 50)))
    taken = []
    for kind, name, version, owner in chosen:
        archive = file_of(name, version)
        if not archive:
            print(f"fetch.py: {name} {version}: not to be had", file=sys.stderr)
            continue
        unpacked = os.path.join(folder, name)
        if not os.path.isdir(unpacked):
            subprocess.run(["dpkg-deb", "-x", archive, unpacked], check=True)
        try:
            with open(os.path.join(unpacked, "usr/share/doc", name, "copyright"), encoding="utf-8", errors="replace") as f:
                licences = debian_licences(f.read())
        except OSError:
            continue
        if licences is None or not all(permissive(x) for x in licences):
            continue
        os.makedirs(os.path.join(work, "text", owner), exist_ok=True)
        os.symlink(unpacked, os.path.join(work, "text", owner, f"{name}-{version}"))
        taken.append((kind, "debian", name, version, owner, "; ".join(licences)))
    return taken


def unpack(archive, folder):
    os.makedirs(folder, exist_ok=True)
    run("tar", "-xf", archive, "-C", folder, "--strip-components=1", "--no-same-owner", "--no-same-permissions")


def npm(work):
    names = [line.strip() for line in open(os.path.join(here, "npm.txt")) if line.strip() and not line.startswith("#")]
    folder = os.path.join(work, "npm")
    os.makedirs(folder, exist_ok=True)

    def fetch(name):
        try:
            packed = json.loads(run("npm", "pack", "--json", "--silent", name, cwd=folder))[0]
            target = os.path.join(folder, re.sub(r"\W+", "-", name))
            unpack(os.path.join(folder, packed["filename"].replace("@", "").replace("/", "-")), target)
            package = json.load(open(os.path.join(target, "package.json")))
        except (subprocess.CalledProcessError, OSError, ValueError, LookupError) as error:
            print(f"fetch.py: {name}: {error}", file=sys.stderr)
            return None
        licence, repository = package.get("license"), package.get("repository")
        licence = licence if isinstance(licence, str) else (licence or {}).get("type", "")
        repository = repository if isinstance(repository, str) else (repository or {}).get("url", "")
        if re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
            repository = "github.com/" + repository
        owner = owner_of(repository.removeprefix("git+").replace("github:", "github.com/"), name)
        if owner in EXCLUDED_OWNERS or EXCLUDED_NAMES.search(name) or not permissive(licence):
            return None
        # What a package also says in compiled form is left out.
        for compiled in ("dist", "lib", "build", "esm", "cjs", "node_modules", "_esm", "_cjs", "es"):
            if compiled != "lib" or os.path.isdir(os.path.join(target, "src")):
                shutil.rmtree(os.path.join(target, compiled), ignore_errors=True)
        place = os.path.join(work, "text", owner, f"npm-{re.sub(r'[^a-z0-9.]+', '-', name)}-{package['version']}")
        os.makedirs(os.path.dirname(place), exist_ok=True)
        os.symlink(target, place)
        return ("typescript", "npm", name, package["version"], owner, licence)

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return [t for t in pool.map(fetch, names) if t]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    work = os.path.abspath(sys.argv[1])
    shutil.rmtree(os.path.join(work, "text"), ignore_errors=True)
    taken = sorted(debian(work) + npm(work))
    with open(os.path.join(work, "sources.tsv"), "w", encoding="utf-8", newline="\n") as out:
        out.write("kind\tregistry\tpackage\tversion\towner\tlicence\n")
        for row in taken:
            out.write("\t".join(row) + "\n")
    print(f"{len(taken)} packages of {len({t[4] for t in taken})} owners", file=sys.stderr)


main()
