"""What a hostile RUN tries: programs that print `held`, or `BROKEN:` and what they got at.

Each reads FACTS, which the test lays beside it: ports and addresses of this machine.
"""

PREFACE = """\
import json, os, socket, stat, struct, sys, time, ctypes, urllib.error, urllib.request
FACTS = json.load(open("/facts.json"))
LIBC = ctypes.CDLL(None, use_errno=True)
def verdict(*broken):
    got = [each for each in broken if each]
    print("BROKEN: " + "; ".join(map(str, got)) if got else "held", flush=True)
"""

POISON_THE_REGISTRY = """
def pushed(host, port):
    address = f"http://{host}:{port}/v2/library/busybox/blobs/uploads/"
    try:
        urllib.request.urlopen(urllib.request.Request(address, method="POST"), timeout=2)
    except urllib.error.HTTPError as error:
        return f"{address} answered {error.code}"
    except OSError:
        return None
    return f"{address} took it"
verdict(*[pushed(host, port) for host in FACTS["hosts"] for port in FACTS["registry_ports"]])
"""

SCAN_LOOPBACK = """
def listens(port):
    with socket.socket() as asked:
        asked.settimeout(1)
        # One that leaves from the very port it goes to meets itself.
        return asked.connect_ex(("127.0.0.1", port)) == 0 and asked.getsockname()[1] != port
verdict(*[f"port {port} of 127.0.0.1" for port in range(1, 65536) if listens(port)])
"""

REACH_A_SERVER_ON_LOOPBACK = """
def answered(host):
    try:
        return urllib.request.urlopen(f"http://{host}:{FACTS['secret_port']}/", timeout=2).read()
    except OSError:
        return None
verdict(*[answered(host) for host in FACTS["hosts"]])
"""

REACH_THE_ENGINES_SOCKET = """
found = [
    os.path.join(folder, name)
    for top in ("/run", "/var/run", "/tmp", "/var/lib", "/root", "/home", "/dev")
    for folder, _, names in os.walk(top)
    for name in names
    if stat.S_ISSOCK(os.lstat(os.path.join(folder, name)).st_mode)
]
found = [path for path in found if path != "/dev/otel-grpc.sock"]  # where a step tells its trace
found += open("/proc/net/unix").read().splitlines()[1:]
verdict(*found)
"""

READ_THE_DISK = """
def read(major, minor, kind):
    path = f"/dev/try-{major}-{minor}"
    try:
        os.mknod(path, 0o600 | kind, os.makedev(major, minor))
        return open(path, "rb").read(512) and f"{path} was read"
    except OSError:
        return None
rows = [line.split() for line in open("/proc/partitions").read().splitlines()[2:]]
disks = [read(int(row[0]), int(row[1]), stat.S_IFBLK) for row in rows]
verdict(*disks, read(1, 1, stat.S_IFCHR))  # the last is the memory
"""

TURN_THE_KERNELS_KNOBS = """
def wrote(path, value):
    try:
        with open(path, "w") as file:
            file.write(value)
    except OSError:
        return None
    return path
knobs = [
    ("/proc/sysrq-trigger", "h"),
    ("/proc/sys/kernel/core_pattern", "core"),
    ("/proc/sys/kernel/modprobe", "/sbin/modprobe"),
    ("/proc/sys/vm/overcommit_memory", "0"),
    ("/proc/sys/net/ipv4/ip_forward", "1"),
    ("/sys/kernel/uevent_helper", ""),
]
for folder, _, names in os.walk("/sys/fs/cgroup"):
    for name in names:
        if name in ("release_agent", "cgroup.procs", "memory.max", "memory.limit_in_bytes"):
            knobs.append((os.path.join(folder, name), "0"))
verdict(*[wrote(*each) for each in knobs])
"""

LEAVE_ITS_NAMESPACES = """
def did(name, result):
    return f"{name} was let" if result == 0 else None
os.makedirs("/try", exist_ok=True)
verdict(
    did("unshare", LIBC.unshare(0x00020000)),
    did("mount", LIBC.mount(b"proc", b"/try", b"proc", 0, None)),
    did("setns", LIBC.setns(os.open("/proc/1/ns/net", os.O_RDONLY), 0)),
    did("init_module", LIBC.syscall(175, b"", 0, b"")),
    did("settime", LIBC.clock_settime(0, struct.pack("qq", int(time.time()), 0))),
    did("sethostname", LIBC.sethostname(b"mine", 4)),
    did("swapoff", LIBC.swapoff(b"/nowhere") if ctypes.get_errno() != 1 else -1),
)
"""

KILL_AND_READ_EVERYTHING = """
pids = [int(each) for each in os.listdir("/proc") if each.isdigit()]
strange = [open(f"/proc/{pid}/cmdline").read() for pid in pids if pid not in (1, os.getpid())]
try:
    os.kill(-1, 9)
except ProcessLookupError:
    pass
verdict(*[each for each in strange if "try.py" not in each])
"""

LISTEN_ON_THE_WIRE = """
heard = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
heard.settimeout(0.2)
end, found, packets = time.monotonic() + 4, False, 0
while time.monotonic() < end:
    try:
        found = FACTS["token"].encode() in heard.recv(65535) or found
        packets += 1
    except TimeoutError:
        pass
verdict("a token that others sent" if found else None)
"""

FORK_BOMB = """
children = 0
try:
    while children < 30000:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        children += 1
except OSError as error:
    sys.exit(f"held: {error}")
verdict(f"{children} processes")
"""

FILL_THE_MEMORY = """
held = []
for _ in range(4096):
    held.append(b"x" * (1 << 20))
verdict("4 GiB")
"""

LISTEN_FOR_OTHERS = """
server = socket.create_server(("0.0.0.0", 7777))
server.settimeout(20)
print("listening on", socket.gethostbyname(socket.gethostname()), flush=True)
try:
    server.accept()
except TimeoutError:
    verdict()
else:
    verdict("somebody came in")
"""

CALL_OTHERS = """
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
    probe.connect(("203.0.113.9", 9))
    own = probe.getsockname()[0]
def listens(host):
    with socket.socket() as asked:
        asked.settimeout(0.3)
        return asked.connect_ex((host, 7777)) == 0
beside = [own.rpartition(".")[0] + f".{number}" for number in range(1, 40)]
verdict(*[host for host in beside if host != own and listens(host)])
"""
