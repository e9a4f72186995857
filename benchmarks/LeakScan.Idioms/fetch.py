#!/usr/bin/env python3
"""Fetches the packages that the idiom models are made of: permissively licensed packages of Debian that carry sources, Debian's
source packages of Java, C#, PHP and C, packages of npm and NuGet, what frameworks begin projects with, and files of formats.

usage: fetch.py idioms|templates|formats WORK

Leaves WORK/idioms/OWNER/PACKAGE-VERSION/... for LeakScan.Idioms and the list of what was taken in WORK/idioms.tsv, or the same of
templates or formats. Debian's are a sample of each kind of package, drawn by the hash of its name, so that nobody chooses; npm's, which carry TypeScript, stand in
npm.txt, those with Kotlin, Swift, Objective-C and Java for phones in npm-mobile.txt, those for Unity, which carry C#, in npm-unity.txt,
and NuGet's, which carry programs for .NET that are decompiled, in nuget.txt. Templates are those of the packages of npm in npm-templates.txt,
of a few of Debian and of the .NET SDK that runs this: of each only the folders that are copied into new projects; and the texts of licences. Formats are what projects are
described, built and drawn with, in the same packages of npm and source packages of Debian (FORMATS). An owner is who a package is by upstream:
what one project says in ten packages it says once. Runs with apt-get (after apt-get update), dpkg-deb, npm, dotnet and tar;
nothing is installed.
"""
import collections, concurrent.futures, fnmatch, glob, hashlib, json, os, re, shutil, subprocess, sys, urllib.request, zipfile

here = os.path.dirname(os.path.abspath(__file__))

# Kind of package, how its name is told, how many are drawn.
KINDS = [
    ("go", 1000, r"golang-.*-dev"),
    ("rust", 1000, r"librust-.*-dev"),
    ("javascript", 1000, r"node-.*"),
    ("python", 1000, r"python3-.*"),
    ("ruby", 600, r"ruby-.*"),
    ("php", 600, r"php-.*"),
    ("perl", 50, r"lib.*-perl"),
    ("c", 1000, r"lib(?!rust-|ghc-).*-dev"),
]
MAX_COMPRESSED_BYTES = 2_000_000

# Kind of source package, how many are drawn, the largest, what it builds, what it builds with, the files that are read.
SOURCE_KINDS = [
    ("java", 800, MAX_COMPRESSED_BYTES, r"\blib[\w.+-]*-java\b", "", ("java",)),
    ("csharp", 100, 20_000_000, "", r"cli-common-dev|mono-(mcs|devel|csc)", ("cs",)),
    ("php", 400, MAX_COMPRESSED_BYTES, r"\bphp-", "", ("php",)),
    ("c", 300, MAX_COMPRESSED_BYTES, r"\blib[\w.+-]*-dev\b", "", ("c", "cc", "cpp", "cxx", "h", "hh", "hpp", "hxx")),
]

MOBILE = ("*.kt", "*.kts", "*.swift", "*.m", "*.mm", "*.java", "*.cs")

# Files that are told by their format before they are told by who wrote them: projects, builds, settings, continuous integration,
# drawings, dialogues, translations, documents.
FORMATS = (
    *("*." + e for e in """
        xml xsd xsl xslt wsdl dtd svg ui qrc glade xib storyboard plist xcscheme xcworkspacedata xcsettings pbxproj entitlements strings stringsdict
        csproj vbproj fsproj vcxproj filters vcproj props targets sln slnx resx config nuspec settings ruleset manifest rc xaml axaml
        podspec gradle kts properties pro pri json yml yaml toml ini cfg conf desktop m4 ac am in mk cmake build po pot bat cmd ps1 spec
        proto graphql gql sql asmdef meta prefab unity asset mat shader tex cls sty bib ipynb rmd qmd nix bzl bazel gyp gypi iml launch classpath project
        html htm css scss less md rst 1 3 5 8 vm ftl groovy pom editorconfig prettierrc eslintrc babelrc""".split()),
    *("*/" + n for n in """
        Makefile* makefile GNUmakefile CMakeLists.txt configure.ac configure.in gradlew gradlew.bat mvnw mvnw.cmd Podfile Gemfile Rakefile Fastfile Dockerfile*
        .eslintrc.* .prettierrc.* babel.config.* metro.config.* jest.config.* rollup.config.* webpack.config.* vite.config.* eslint.config.* tsup.config.*
        setup.py .gitattributes .gitignore .npmignore .clang-format .clang-tidy BUILD WORKSPACE Doxyfile* meson_options.txt""".split()))

# Packages of Debian that begin projects of a framework, or parts of them.
DEBIAN_TEMPLATES = {
    "php-laravel-framework", "python3-alembic", "python3-django", "python3-flask-migrate", "python3-pecan", "python3-scrapy",
    "ruby-cancancan", "ruby-delayed-job", "ruby-devise", "ruby-doorkeeper", "ruby-graphql", "ruby-jbuilder",
    "ruby-paper-trail", "ruby-pundit", "ruby-railties", "ruby-rspec-rails"}

# Folders of a package of which what stands in them is copied into projects; of Debian's, which carry libraries too, fewer names tell that.
TEMPLATE_FOLDERS = re.compile(r"(^|/)(([\w.-]+[-_])?templates?([-_][\w.-]+)?|tmpl|files|blueprints?|starters?|skeletons?|boilerplates?|stubs?|scaffolds?|sample-projects?)/", re.I)
DEBIAN_TEMPLATE_FOLDERS = re.compile(r"(^|/)(templates|[\w.-]+[-_]templates?|stubs)/", re.I)

# Packages that are nothing else, if they have none of these folders.
TEMPLATE_PACKAGES = re.compile(r"(^|[/-])(template|starter|boilerplate)(-|$)")

MAX_TEMPLATE_FILE_BYTES = 64 * 1024
MAX_TEMPLATE_BYTES = 1_000_000
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".ico", ".icns", ".webp", ".woff", ".woff2", ".ttf", ".otf", ".eot")

NUGET = "https://api.nuget.org/v3-flatcontainer"
DECOMPILER_VERSION = "9.1.0.7988"
LICENCE_TEXTS = [
    ("MIT", "Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files"),
    ("Apache-2.0", "Apache License Version 2.0, January 2004"),
]
MAX_PROGRAM_BYTES = 2_000_000

# Projects that detection quality is measured on, those they were forked from or into, and their authors' others.
EXCLUDED_OWNERS = {
    "gogs", "gogits", "go-gitea", "gitea", "forgejo", "betterleaks", "gitleaks", "zricethezav", "specstoryai", "ogham", "eza-community", "lsd-rs", "peltoche",
    "burntsushi", "google-gemini", "entityprocess", "packmindhub", "dodona-edu", "httpie", "encode", "sonarr", "lidarr", "radarr", "readarr", "jellyfin"}
EXCLUDED_NAMES = re.compile(
    r"gogs|gitea|gitleaks|betterleaks|\bexa\b|\beza\b|\blsd\b|ripgrep|gemini-cli|agentv|context-evaluator|dolos|"
    r"httpie|httpx|gson|leveldb|rocksdb|\bre2\b|jackson-core|sonarr|lidarr|radarr|readarr|jellyfin", re.I)

PERMISSIVE = re.compile(
    r"^(expat|mit|mit-.*|x11|bsd|bsd-[234].*|apache-2(\.0)?|apache2(\.0)?|apache|apache-license-2\.0|isc|zlib|zlib/libpng|libpng|cc0(-1\.0)?|unlicense|bsl-1\.0|bsl-1|boost(-1\.0)?|"
    r"psf(-2)?|python-2\.0|0bsd|public-domain|wtfpl(-2)?|unicode.*|ncsa|postgresql|bluoak-1\.0\.0|blueoak-1\.0\.0)$", re.I)


def permissive(expression):
    """Every part of an "and", some part of an "or"."""
    parts = re.split(r"\s*,?\s+and(?:/or)?\s+|\s*,\s*", expression.strip(), flags=re.I)
    return all(any(PERMISSIVE.match(re.sub(r"\s+with\s+.*", "", p.strip("() "), flags=re.I)) for p in re.split(r"\s+or\s+", part, flags=re.I)) for part in parts)


def debian_licences(copyright_text, main=False):
    """The licences of all but debian/*, or of what has no other; None where the file is not in the machine-readable form."""
    found = []
    for stanza in re.split(r"\n\s*\n", copyright_text):
        files = re.search(r"(?mi)^Files:((?:.*)(?:\n[ \t].*)*)", stanza)
        licence = re.search(r"(?mi)^License:[ \t]*(.*)", stanza)
        names = files.group(1).replace(",", " ").split() if files else []
        if licence and (names == ["*"] if main else not all(f.startswith("debian/") for f in names)):
            found.append(licence.group(1).strip())
    return sorted(set(found)) or None


def owner_of(homepage, name):
    match = re.search(r"(?:github\.com|gitlab\.com|codeberg\.org|bitbucket\.org|sr\.ht)[/:]~?([\w.-]+)/", (homepage or "") + "/")
    match = match or re.match(r"golang-(?:github|gitlab|bitbucket)-([\w.]+)-", name)
    return (match.group(1) if match else re.sub(r"^(rust|node|golang|python|ruby|php)-", "", name).removeprefix("@").split("/")[0].split("-")[0]).lower()


def run(*command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **options).stdout


def debian_packages():
    """Debian's packages: name, source, version, owner, size."""
    indexes = run("apt-get", "indextargets", "--format", "$(FILENAME)", "Identifier: Packages").split()
    for stanza in run("/usr/lib/apt/apt-helper", "cat-file", *[i for i in indexes if "_main_" in i and "security" not in i and "updates" not in i]).split("\n\n"):
        field = dict(re.findall(r"(?m)^([A-Z][\w-]*):[ ]?(.*(?:\n[ \t].*)*)", stanza))
        if field:
            source = field.get("Source", field["Package"]).split()[0]
            yield field["Package"], source, field["Version"], owner_of(field.get("Homepage"), source), int(field["Size"])


def draw():
    """Debian's packages, a sample of each kind: kind, package, version, owner."""
    kinds, sources = collections.defaultdict(list), set()
    for name, source, version, owner, size in debian_packages():
        kind = next((k for k, _, pattern in KINDS if re.fullmatch(pattern, name)), None)
        if kind is None or source in sources or size > MAX_COMPRESSED_BYTES or owner in EXCLUDED_OWNERS or EXCLUDED_NAMES.search(source):
            continue
        sources.add(source)
        kinds[kind].append((hashlib.sha256(source.encode()).hexdigest(), name, version, owner))
    return [(kind, *package) for kind, count, _ in KINDS for package in two_an_owner(kinds[kind], count)]


def two_an_owner(packages, count):
    """The first so many in the order of their hashes, for breadth no more than two of an owner: package, version, owner."""
    owners = collections.Counter()
    chosen = []
    for _, name, version, owner in sorted(packages):
        if owners[owner] < 2 and len(chosen) < count:
            owners[owner] += 1
            chosen.append((name, version, owner))
    return chosen


def debian(work, chosen, put):
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
                licences = debian_licences(f.read(), main=kind == "template")
        except OSError:
            continue
        if licences is None or not all(permissive(x) for x in licences):
            continue
        if put(work, owner, f"{name}-{version}", unpacked):
            taken.append((kind, "debian", name, version, owner, "; ".join(licences)))
    return taken


def draw_sources(work):
    """Debian's source packages, a sample of each kind: kind, package, version, owner, a package that is built of it, endings of the files that are read."""
    lists = os.path.join(work, "sources", "lists")
    os.makedirs(os.path.join(lists, "partial"), exist_ok=True)
    places = run("apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Identifier: Packages").splitlines()
    with open(os.path.join(work, "sources", "sources.list"), "w", encoding="utf-8") as out:
        out.writelines(f"deb-src {place}\n" for place in sorted(set(places)) if place.endswith(" main") and not re.search("security|updates", place))
    run("apt-get", *apt_of_sources(work), "-q", "update")
    kinds, binary = collections.defaultdict(list), {}
    for index in sorted(glob.glob(os.path.join(lists, "*Sources*"))):
        for stanza in run("/usr/lib/apt/apt-helper", "cat-file", index).split("\n\n"):
            field = dict(re.findall(r"(?m)^([A-Z][\w-]*):[ ]?(.*(?:\n[ \t].*)*)", stanza))
            if not field:
                continue
            name, binaries = field["Package"], field["Binary"]
            owner = owner_of(field.get("Homepage"), re.sub("-java$", "", name))
            tools = field.get("Build-Depends", "") + field.get("Build-Depends-Indep", "")
            size = sum(int(line.split()[1]) for line in field["Files"].strip().splitlines())
            kind = next((kind for kind, _, most, builds, needs, _ in SOURCE_KINDS if size <= most and re.search(builds, binaries) and re.search(needs, tools)), None)
            if kind is None or name in binary or owner in EXCLUDED_OWNERS or EXCLUDED_NAMES.search(name) or re.match("golang-|rust-|haskell-|ruby-|node-", name):
                continue
            binary[name] = next((b for b in re.split(r",\s*", binaries) if re.fullmatch(r"lib.*-java|lib.*-dev", b)), re.split(r",\s*", binaries)[0])
            kinds[kind].append((hashlib.sha256(name.encode()).hexdigest(), name, field["Version"], owner))
    chosen = []
    for kind, count, _, _, _, endings in SOURCE_KINDS:
        chosen += [(kind, name, version, owner, binary[name], endings) for name, version, owner in two_an_owner(kinds[kind], count)]
    return chosen


def apt_of_sources(work):
    folder = os.path.join(work, "sources")
    return ["-o", f"Dir::Etc::sourcelist={folder}/sources.list", "-o", "Dir::Etc::sourceparts=/dev/null", "-o", f"Dir::State::Lists={folder}/lists", "-o", "APT::Sandbox::User=root"]


def debian_sources(work, put, only=None):
    """Debian's source packages; of each the files of its kind, or those of one of these names."""
    chosen = draw_sources(work)
    folder = os.path.join(work, "sources")

    def archives_of(name, version):
        upstream = version.split(":")[-1].rsplit("-", 1)[0]
        return [f for f in glob.glob(os.path.join(folder, f"{glob.escape(name)}_{glob.escape(upstream)}.orig*.tar.*")) if not f.endswith(".asc")]

    def download(packages, *command):
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda at: subprocess.run([*command, *packages[at:at + 20]], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL), range(0, len(packages), 20)))

    download([f"{name}={version}" for _, name, version, *_ in chosen if not archives_of(name, version)], "apt-get", *apt_of_sources(work), "-q", "source", "--download-only")
    chosen = [package for package in chosen if archives_of(*package[1:3]) or print(f"fetch.py: {package[1]} {package[2]}: not to be had", file=sys.stderr)]
    # Who packs it says under which licences it is: that is in what is built of it as well.
    download([built for *_, built, _ in chosen if not glob.glob(os.path.join(folder, f"{glob.escape(built)}_*.deb"))], "apt-get", "-q", "download")
    taken = []
    for kind, name, version, owner, built, endings in chosen:
        package = next(iter(glob.glob(os.path.join(folder, f"{glob.escape(built)}_*.deb"))), None)
        if package is None:
            continue
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as files:
            text = subprocess.run(["tar", "-xO", f"./usr/share/doc/{built}/copyright"], stdin=files.stdout, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        licences = debian_licences(text.decode("utf-8", "replace"))
        if licences is None or not all(permissive(x) for x in licences):
            continue
        unpacked = os.path.join(folder, name + (".formats" if only else ""))
        if not os.path.isdir(unpacked):
            os.makedirs(unpacked)
            for archive in archives_of(name, version):
                # Of the rest nothing is code of the project: what builds it is in many packages the same, and generated.
                subprocess.run(["tar", "-xf", archive, "-C", unpacked, "--no-same-owner", "--no-same-permissions", "--wildcards", *(only or [f"*.{e}" for e in endings])], stderr=subprocess.DEVNULL)
        put(work, owner, f"{name}-{version}.source", unpacked)
        taken.append((kind, "debian", name, version, owner, "; ".join(licences)))
    return taken


def place(work, owner, name, folder, what="idioms"):
    """Puts a package among the texts of its owner."""
    os.makedirs(os.path.join(work, what, owner), exist_ok=True)
    if not os.path.lexists(os.path.join(work, what, owner, name)):  # a package can be in two lists
        os.symlink(folder, os.path.join(work, what, owner, name))
    return True


def place_formats(work, owner, name, folder):
    return place(work, owner, name, folder, "formats")


def place_templates(work, owner, name, folder, folders=DEBIAN_TEMPLATE_FOLDERS):
    """Copies a package's folders of templates, all if no folders are asked for; False if it has none, or so much that it is a program rather."""
    chosen = []
    for at, _, files in os.walk(folder):
        for file in files:
            path = os.path.relpath(os.path.join(at, file), folder)
            source = os.path.join(at, file)
            if (not folders or folders.search(path)) and "node_modules/" not in path and os.path.isfile(source) and not os.path.islink(source):
                chosen.append((path, os.path.getsize(source)))
    chosen = [(path, size) for path, size in chosen if size <= MAX_TEMPLATE_FILE_BYTES and not path.endswith(PICTURES)]
    if not chosen or (folders and sum(size for _, size in chosen) > MAX_TEMPLATE_BYTES):
        return False
    for path, _ in chosen:
        target = os.path.join(work, "templates", owner, name, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copyfile(os.path.join(folder, path), target)
    return True


def unpack(archive, folder):
    os.makedirs(folder, exist_ok=True)
    run("tar", "-xf", archive, "-C", folder, "--strip-components=1", "--no-same-owner", "--no-same-permissions")


def names_in(file):
    with open(os.path.join(here, file), encoding="utf-8") as lines:
        return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def npm(work, list_of_names, kind, only=None, put=place):
    """Packages of npm; of files only those of one of these names, if there are any, else the sources."""
    names = names_in(list_of_names)
    folder = os.path.join(work, list_of_names.removesuffix(".txt") + (".formats" if kind == "format" else ""))
    os.makedirs(folder, exist_ok=True)

    def fetch(name):
        try:
            target = os.path.join(folder, re.sub(r"\W+", "-", name))
            shutil.rmtree(target, ignore_errors=True)
            # Two names may be one package; each has its own archive.
            os.makedirs(target + ".packed", exist_ok=True)
            packed = json.loads(run("npm", "pack", "--json", "--silent", "--pack-destination", target + ".packed", name, cwd=folder, timeout=120))[0]
            unpack(os.path.join(target + ".packed", packed["filename"].replace("@", "").replace("/", "-")), target)
            package = json.load(open(os.path.join(target, "package.json")))
        except (subprocess.SubprocessError, OSError, ValueError, LookupError) as error:
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
        versioned = f"npm-{re.sub(r'[^a-z0-9.]+', '-', package['name'])}-{package['version']}"
        if kind == "template":
            whole = TEMPLATE_PACKAGES.search(package["name"])
            if not place_templates(work, owner, versioned, target, TEMPLATE_FOLDERS) and not (whole and place_templates(work, owner, versioned, target, None)):
                return None
            return (kind, "npm", package["name"], package["version"], owner, licence)
        if only:
            others = [os.path.join(at, f) for at, _, files in os.walk(target) for f in files if not any(fnmatch.fnmatch("/" + f, name) for name in only)]
            for other in others:
                os.remove(other)
            if not any(files for _, _, files in os.walk(target)):
                return None
        # What a package also says in compiled form is left out.
        for compiled in ("dist", "lib", "build", "esm", "cjs", "node_modules", "_esm", "_cjs", "es", "Pods"):
            if compiled != "lib" or os.path.isdir(os.path.join(target, "src")):
                shutil.rmtree(os.path.join(target, compiled), ignore_errors=True)
        put(work, owner, versioned, target)
        return (kind, "npm", name, package["version"], owner, licence)

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return [t for t in pool.map(fetch, names) if t]


def sdk(work):
    """The templates of the .NET SDK."""
    taken = []
    root = os.path.dirname(os.path.realpath(shutil.which("dotnet")))
    for archive in sorted(glob.glob(os.path.join(root, "templates", "*", "*.nupkg"))):
        with zipfile.ZipFile(archive) as package:
            description = package.read(next(n for n in package.namelist() if n.endswith(".nuspec") and "/" not in n)).decode("utf-8-sig", "replace")
            name, version, licence = re.search(r"<id>([^<]*)<", description)[1], re.search(r"<version>([^<]*)<", description)[1], nuget_licence(package, description)
            if not permissive(licence):
                continue
            target = os.path.join(work, "sdk", f"{name}-{version}")
            package.extractall(target)
        if place_templates(work, "dotnet", f"{name}-{version}", target, None):
            taken.append(("template", "sdk", name, version, "dotnet", licence))
    return taken


def licences(work):
    """The licences that everybody puts into projects, by their texts: those that the OSI approves, the GNU project's and the common ones of Creative Commons."""
    name = "spdx-license-list"
    folder = os.path.join(work, name)
    os.makedirs(folder, exist_ok=True)
    packed = json.loads(run("npm", "pack", "--json", "--silent", "--pack-destination", folder, name, cwd=folder, timeout=120))[0]
    unpack(os.path.join(folder, packed["filename"]), os.path.join(folder, "package"))
    target = os.path.join(work, "templates", "spdx", f"npm-{name}-{packed['version']}")
    os.makedirs(target, exist_ok=True)
    for source in sorted(glob.glob(os.path.join(folder, "package", "licenses", "*.json"))):
        licence, of = json.load(open(source, encoding="utf-8")), os.path.basename(source).removesuffix(".json")
        if licence["osiApproved"] or re.fullmatch(r"CC0-1.0|CC-BY(-NC)?(-SA)?-4.0|(A?GPL|LGPL|GFDL)-[0-9.]+-only", of):
            with open(os.path.join(target, of + ".txt"), "w", encoding="utf-8") as out:
                out.write(licence["licenseText"])
    return [("template", "npm", name, packed["version"], "spdx", json.load(open(os.path.join(folder, "package", "package.json")))["license"])]


def nuget(work):
    folder = os.path.join(work, "nuget")
    decompiler = os.path.join(work, "ilspy", "ilspycmd")
    if not os.path.exists(decompiler):
        run("dotnet", "tool", "install", "ilspycmd", "--version", DECOMPILER_VERSION, "--tool-path", os.path.dirname(decompiler))

    def fetch(name):
        try:
            with urllib.request.urlopen(f"{NUGET}/{name.lower()}/index.json", timeout=60) as answer:
                versions = json.load(answer)["versions"]
            version = next((v for v in reversed(versions) if "-" not in v), versions[-1])
            target = os.path.join(folder, f"{name}-{version}")
            archive = target + ".nupkg"
            if not os.path.exists(archive):
                os.makedirs(folder, exist_ok=True)
                with urllib.request.urlopen(f"{NUGET}/{name.lower()}/{version}/{name.lower()}.{version}.nupkg", timeout=60) as answer, open(archive + ".part", "wb") as out:
                    shutil.copyfileobj(answer, out)
                os.rename(archive + ".part", archive)
            with zipfile.ZipFile(archive) as package:
                description = package.read(next(n for n in package.namelist() if n.endswith(".nuspec") and "/" not in n)).decode("utf-8-sig", "replace")
                licence = nuget_licence(package, description)
                repository = re.search(r'<repository [^>]*url="([^"]*)"', description) or re.search(r"<projectUrl>([^<]*)<", description)
                owner = owner_of(repository[1] if repository else "", name.replace(".", "-"))
                # One of its programs, that of the newest framework, and what it says of itself.
                programs = [n for n in package.namelist() if re.fullmatch(r"lib/[^/]+/[^/]+\.dll", n) and package.getinfo(n).file_size < MAX_PROGRAM_BYTES]
                program = max(programs, key=lambda n: (os.path.basename(n).lower() == name.lower() + ".dll", framework_order(n.split("/")[1]), package.getinfo(n).file_size), default=None)
                if program is None or owner in EXCLUDED_OWNERS or EXCLUDED_NAMES.search(name) or not licence or not permissive(licence):
                    return None
                if not os.path.isdir(target):
                    for part in (program, program[:-3] + "xml", program[:-3] + "pdb"):
                        if part in package.namelist():
                            package.extract(part, target + ".program")
                    subprocess.run([decompiler, "--disable-updatecheck", "--project", "--outputdir", target + ".part", os.path.join(target + ".program", program)],
                        check=True, timeout=300, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ | {"DOTNET_ROLL_FORWARD": "Major"})
                    os.rename(target + ".part", target)
            return ("csharp", "nuget", name, version, owner, licence, target)
        except (OSError, ValueError, LookupError, StopIteration, zipfile.BadZipFile, subprocess.SubprocessError) as error:
            print(f"fetch.py: {name}: {error}", file=sys.stderr)
            return None

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        fetched = [f for f in pool.map(fetch, names_in("nuget.txt")) if f]
    for kind, registry, name, version, owner, licence, target in fetched:
        place(work, owner, f"nuget-{name}-{version}", target)
    return [f[:-1] for f in fetched]


def nuget_licence(package, description):
    """What a package says of its licence, by name or as a text; nothing where it only points somewhere."""
    if match := re.search(r'<license type="expression">([^<]*)<', description):
        return match[1]
    if match := re.search(r'<license type="file">([^<]*)<', description):
        text = " ".join(package.read(match[1].replace("\\", "/")).decode("utf-8", "replace").split())
        for name, words in LICENCE_TEXTS:
            if words in text:
                return name
    return ""


def framework_order(name):
    """Newer frameworks are higher: net10.0 over net8.0, netstandard2.1 and net472."""
    match = re.match(r"(netstandard|netcoreapp|net)([\d.]+)", name)
    if not match:
        return (0, 0.0)
    number = float(".".join(match[2].split(".")[:2]).rstrip(".") or 0)
    return (3 if match[1] == "net" and "." in match[2] else 2 if match[1] != "net" else 1, number)


def idioms(work):
    return (debian(work, draw(), place) + debian_sources(work, place) + npm(work, "npm.txt", "typescript") + npm(work, "npm-mobile.txt", "mobile", MOBILE)
            + npm(work, "npm-unity.txt", "csharp", ("*.cs",)) + nuget(work))


def formats(work):
    return [("format", *taken[1:]) for taken in debian_sources(work, place_formats, FORMATS)
            + [t for names in ("npm.txt", "npm-mobile.txt", "npm-unity.txt", "npm-templates.txt") for t in npm(work, names, "format", FORMATS, place_formats)]]


def templates(work):
    # Of several versions the one that apt-get takes, which is the first.
    chosen = {name: ("template", name, version, owner) for name, _, version, owner, _ in reversed(list(debian_packages())) if name in DEBIAN_TEMPLATES}
    return debian(work, sorted(chosen.values()), place_templates) + npm(work, "npm-templates.txt", "template") + sdk(work) + licences(work)


def main():
    makers = {"idioms": idioms, "templates": templates, "formats": formats}
    if len(sys.argv) != 3 or sys.argv[1] not in makers:
        sys.exit(__doc__)
    what, work = sys.argv[1], os.path.abspath(sys.argv[2])
    shutil.rmtree(os.path.join(work, what), ignore_errors=True)
    taken = sorted(set(makers[what](work)))
    with open(os.path.join(work, what + ".tsv"), "w", encoding="utf-8", newline="\n") as out:
        out.write("kind\tregistry\tpackage\tversion\towner\tlicence\n")
        for row in taken:
            out.write("\t".join(row) + "\n")
    print(f"{len(taken)} packages of {len({t[4] for t in taken})} owners", file=sys.stderr)


main()
