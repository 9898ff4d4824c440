"""What is inside the image, as a list for machines: CycloneDX 1.5, JSON.

    sbom.py packages PROGRAM         Debian's packages of the shared libraries that PROGRAM names, one a line
    sbom.py parts LOCK               where the program is built: what it takes in from headers and from npm
    sbom.py image PARTS ENVIRONMENT  where the image is made: those, Debian's packages, an environment's

Names and versions come from dpkg, from the *.dist-info folders of the environment, and from
web/package-lock.json; licences from the latter two (Debian's stand in /usr/share/doc/PACKAGE/copyright).
The time is SOURCE_DATE_EPOCH's where it is given. Python's standard library alone is used: this runs in the
image's own Python.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import uuid
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

# Header-only libraries, and static ones: they become part of the program and are no package of the image.
BUILT_IN = (
    "libboost-dev",
    "libcli11-dev",
    "libeigen3-dev",
    "libexpected-dev",
    "libtomlplusplus-dev",
    "nlohmann-json3-dev",
)


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def packages_of(program):
    """The loader finds each library; dpkg says whose it is."""
    needed = set(re.findall(r"\(NEEDED\)\s+Shared library: \[(.+?)\]", output("readelf", "-d", program)))
    found = {}
    for line in output("ldd", program).splitlines():
        words = line.split()
        if len(words) > 2 and words[1] == "=>" and words[0] in needed:
            found[words[0]] = words[2]
    packages = set()
    for name in needed & found.keys():
        # By the name alone: /lib and /usr/lib are one folder, and dpkg knows either.
        owners = output("dpkg", "-S", f"*/{name}").splitlines()
        packages |= {owner.partition(":")[0] for owner in owners if owner.endswith(found[name])}
        if not any(owner.endswith(found[name]) for owner in owners):
            sys.exit(f"no package owns {found[name]}")
    return sorted(packages)


def release():
    lines = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    fields = dict(line.split("=", 1) for line in lines if "=" in line)
    return fields["ID"].strip('"') + "-" + fields["VERSION_ID"].strip('"')


def debian(names=()):
    """Installed packages: those of these names, or all."""
    form = "${db:Status-Status}\t${Package}\t${Version}\t${Architecture}\n"
    for line in output("dpkg-query", "-W", "-f", form, *names).splitlines():
        status, name, version, architecture = line.split("\t")
        if status == "installed":
            quoted = version.replace(":", "%3A").replace("+", "%2B")
            yield {
                "type": "library",
                "name": name,
                "version": version,
                "purl": f"pkg:deb/debian/{name}@{quoted}?arch={architecture}&distro={release()}",
            }


def licensed(part, text):
    """Adds the licence where one is told in short."""
    if text and len(text) < 80:
        part["licenses"] = [{"license": {"name": text}}]
    return part


def npm(lock):
    """What the dashboard ships: the packages that are not for development alone."""
    for path, package in json.loads(Path(lock).read_text(encoding="utf-8"))["packages"].items():
        if path and not package.get("dev") and not package.get("optional") and "version" in package:
            name = path.rpartition("node_modules/")[2]
            quoted = name.replace("@", "%40")
            part = {"type": "library", "name": name, "version": package["version"]}
            part["purl"] = f"pkg:npm/{quoted}@{package['version']}"
            yield licensed(part, package.get("license"))


def python(environment):
    (folder,) = Path(environment).glob("lib/python3*/site-packages")
    for found in metadata.distributions(path=[str(folder)]):
        name = re.sub(r"[-_.]+", "-", found.metadata["Name"]).lower()
        part = {"type": "library", "name": name, "version": found.version}
        part["purl"] = f"pkg:pypi/{name}@{found.version}"
        yield licensed(part, found.metadata.get("License-Expression") or found.metadata.get("License"))


def parts(lock):
    return [*debian(BUILT_IN), *npm(lock)]


def image(parts_file, environment):
    built_in = json.loads(Path(parts_file).read_text(encoding="utf-8"))
    program = Path("/usr/bin/hitscope")
    version = re.search(r"\d+(\.\d+)+", output(program, "--version"))[0]
    found = {part["purl"]: part for part in [*built_in, *debian(), *python(environment)]}
    components = [{"bom-ref": purl, **found[purl]} for purl in sorted(found)]
    described = hashlib.sha256(json.dumps(components).encode() + program.read_bytes()).digest()[:16]
    seconds = os.environ.get("SOURCE_DATE_EPOCH", datetime.now(UTC).timestamp())
    moment = datetime.fromtimestamp(int(seconds), UTC)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.UUID(bytes=described, version=4)}",
        "version": 1,
        "metadata": {
            "timestamp": moment.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "component": {
                "type": "application",
                "bom-ref": "hitscope",
                "name": "hitscope",
                "version": version,
                "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(program.read_bytes()).hexdigest()}],
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            },
        },
        "components": components,
        "dependencies": [{"ref": "hitscope", "dependsOn": [part["bom-ref"] for part in components]}],
    }


def main():
    match sys.argv[1:]:
        case ["packages", program]:
            print("\n".join(packages_of(program)))
        case ["parts", lock]:
            json.dump(parts(lock), sys.stdout, indent=1)
        case ["image", parts_file, environment]:
            json.dump(image(parts_file, environment), sys.stdout, indent=1)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
