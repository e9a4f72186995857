# SPDX-License-Identifier: Apache-2.0
"""What the clean records are made of: all written for this folder, none of it from a real log."""

QUESTIONS = [
    "How do I make `git bisect` skip commits that do not build? I have a script that exits 125 but it still marks them bad.",
    "What is the difference between a mutex and a semaphore, and when would I really want the second one in Go?",
    "We get `ECONNRESET` from node when the upstream closes idle keep-alive sockets after 5 seconds. What is the clean fix on the client side?",
    "Can you explain how mixture-of-experts routing with top-k works in general? I read three blog posts and none says what happens to tokens over capacity.",
    "Write a regex that matches ISO 8601 dates with an optional time zone, and tell me which corner cases it gets wrong.",
    "Is there a way to see which index postgres would use without running the query? explain gives me a plan but the table is empty on my laptop.",
    "My pull request touches 41 files because of a rename. How would you split it so that a reviewer survives?",
    "please give me a table of HTTP status codes that a retrying client should and should not retry, one line each",
    "I want to learn CUDA. Which order of topics would you suggest to somebody who knows C++ well but has never thought about warps?",
    "What does `set -euo pipefail` not protect me from? I keep hearing that it is a false friend.",
    "Our freight forwarder sends EDIFACT IFTMIN messages. Which open-source parsers for python are any good?",
    "Rename the variable `tmp` to something sensible everywhere in the function I have selected, and don't touch anything else.",
    "Why is my docker build slow even though nothing changed? The layer with pip install is rebuilt every time.",
    "Explain rotary position embeddings to me like I'm a backend engineer. No formulas longer than a line please.",
    "In TypeScript, how do I type a function that takes an object and returns the same object with all values wrapped in promises?",
    "How would you test a scheduler that depends on wall clock time? We use time.Now() in about thirty places.",
    "Draft a commit message: moved the parser into its own package, no behaviour change, fixed one test that depended on map order.",
    "I have a CSV with 90 million rows and need the median of one column by group. Machine has 16 GB. What would you use?",
    "what's the point of `std::launder`, does anyone outside the standard library need it",
    "Our p99 latency doubled after switching from json to protobuf, which is the opposite of what I expected. Where do I start looking?",
    "Give me three names for a CLI that removes stale branches. Short, typable with the left hand if possible.",
    "Does SQLite in WAL mode let me read while another process is in the middle of a long write transaction?",
    "How does dynamic pricing for trucking usually work? I'm preparing for an interview with a logistics company and want the vocabulary.",
    "Translate this error message into plain English for our users: the operation could not be completed because the lease on the resource has expired.",
    "Is it considered bad style in Rust to use `expect` in main? Clippy says nothing but a colleague frowned.",
    "What is winnowing in the sense of document fingerprinting? Please explain with a small example of five hashes.",
    "Convert this cron to a systemd timer: 15 3 * * 1-5. It must catch up if the machine was off.",
    "Write unit tests for a function slugify(title) that lower-cases, strips accents and joins words with dashes. Use pytest parametrize.",
    "How do feature stores keep online and offline values consistent? We are comparing build and buy, I need arguments for both.",
    "Why would `await using` call DisposeAsync twice? I have a breakpoint there and it is hit two times for one object.",
    "Summarise the trade-offs between optimistic and pessimistic locking for an inventory table with about 200 writes a second.",
    "My GPU utilisation is stuck at 35 percent while training. Loader workers are at 100. Is pinned memory worth trying first?",
    "Suggest a folder layout for a monorepo with two Go services, one web app and shared protobuf files.",
    "What's a sensible default for max_connections and the pool size in front of a 4 core postgres? Read heavy, short queries.",
    "Help me phrase feedback to a junior developer whose code works but has no error handling at all. Kind but clear.",
    "How do I undo the last three commits but keep the changes in the working tree, and then commit them as one?",
    "Could you compare sign-based optimisers such as Lion with AdamW for someone with a small memory budget? Only published results please.",
    "I need a bash one-liner which prints the ten largest files under the current directory, human readable, not crossing file systems.",
    "When I mark a React component as memo it still renders on each keystroke of the parent. What are the usual suspects?",
    "Explain what quantile loss is and why one would train a forecaster with it instead of the mean squared error.",
]

# (language, path, code)
SNIPPETS = [
    ("python", "scripts/totals.py", '''import csv
import sys
from collections import Counter

totals = Counter()
with open(sys.argv[1], newline="") as handle:
    for row in csv.DictReader(handle):
        try:
            totals[row["country"]] += float(row["amount"])
        except ValueError:
            print("skipping", row, file=sys.stderr)
for country, amount in totals.most_common(10):
    print(f"{country:20} {amount:12.2f}")
'''),
    ("go", "internal/api/users.go", '''func (h *Handler) GetUser(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		http.Error(w, "bad id", http.StatusBadRequest)
		return
	}
	user, err := h.repo.FindUser(r.Context(), id)
	if errors.Is(err, sql.ErrNoRows) {
		http.NotFound(w, r)
		return
	}
	if err != nil {
		h.log.Error("find user", "id", id, "err", err)
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	writeJSON(w, http.StatusOK, user)
}
'''),
    ("typescript", "src/hooks/useFetch.ts", '''export function useFetch<T>(url: string) {
  const [data, setData] = useState<T | null>(null);
  const [error, setError] = useState<Error | null>(null);

  useEffect(() => {
    const controller = new AbortController();
    fetch(url, { signal: controller.signal })
      .then((r) => (r.ok ? r.json() : Promise.reject(new Error(r.statusText))))
      .then(setData)
      .catch((e) => {
        if (e.name !== "AbortError") setError(e);
      });
    return () => controller.abort();
  }, [url]);

  return { data, error, loading: !data && !error };
}
'''),
    ("sql", "queries/top_customers.sql", '''WITH monthly AS (
    SELECT customer_id,
           date_trunc('month', ordered_at) AS month,
           SUM(total) AS revenue
    FROM orders
    WHERE ordered_at >= now() - INTERVAL '1 year'
    GROUP BY 1, 2
)
SELECT c.name, m.month, m.revenue,
       RANK() OVER (PARTITION BY m.month ORDER BY m.revenue DESC) AS place
FROM monthly m
JOIN customers c ON c.id = m.customer_id
ORDER BY m.month, place;
'''),
    ("python", "toy/lion.py", '''class Lion(torch.optim.Optimizer):
    """The textbook version, for a course."""

    def __init__(self, params, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for g in self.param_groups:
            b1, b2 = g["betas"]
            for p in g["params"]:
                if p.grad is None:
                    continue
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                p.mul_(1 - g["lr"] * g["weight_decay"])
                p.add_(torch.sign(b1 * m + (1 - b1) * p.grad), alpha=-g["lr"])
                m.mul_(b2).add_(p.grad, alpha=1 - b2)
'''),
    ("cuda", "course/saxpy.cu", '''__global__ void saxpy(int n, float a, const float* x, float* y) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) {
    y[i] = a * x[i] + y[i];
  }
}

void run(int n, float a, const float* x, float* y) {
  int threads = 256;
  saxpy<<<(n + threads - 1) / threads, threads>>>(n, a, x, y);
  cudaError_t err = cudaGetLastError();
  if (err != cudaSuccess) {
    fprintf(stderr, "saxpy: %s\\n", cudaGetErrorString(err));
  }
}
'''),
    ("python", "course/cosine.py", '''def cosine_lr(step, warmup, total, peak, floor=0.0):
    if step < warmup:
        return peak * (step + 1) / warmup
    progress = (step - warmup) / max(1, total - warmup)
    return floor + 0.5 * (peak - floor) * (1 + math.cos(math.pi * min(1.0, progress)))


def test_cosine_ends_at_floor():
    assert cosine_lr(1000, 10, 1000, 1e-3, 1e-5) == pytest.approx(1e-5)
'''),
    ("rust", "src/bin/wc.rs", '''fn main() -> std::io::Result<()> {
    let mut lines = 0usize;
    let mut words = 0usize;
    for arg in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&arg)?;
        lines += text.lines().count();
        words += text.split_whitespace().count();
        println!("{arg}: {lines} lines, {words} words");
    }
    Ok(())
}
'''),
    ("csharp", "Inventory/StockController.cs", '''[ApiController]
[Route("api/stock")]
public class StockController(IStockService stock) : ControllerBase
{
    [HttpGet("{sku}")]
    public async Task<ActionResult<StockDto>> Get(string sku, CancellationToken ct)
    {
        var item = await stock.FindAsync(sku, ct);
        return item is null ? NotFound() : Ok(new StockDto(item.Sku, item.Quantity));
    }

    [HttpPost("{sku}/reserve")]
    public async Task<IActionResult> Reserve(string sku, [FromBody] int quantity, CancellationToken ct)
    {
        if (quantity <= 0) return BadRequest("quantity must be positive");
        return await stock.TryReserveAsync(sku, quantity, ct) ? NoContent() : Conflict();
    }
}
'''),
    ("yaml", "k8s/web.yaml", '''apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web}
spec:
  replicas: 3
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: web
          image: nginx:1.27
          ports: [{containerPort: 80}]
          readinessProbe:
            httpGet: {path: /healthz, port: 80}
            periodSeconds: 5
'''),
    ("dockerfile", "Dockerfile", '''FROM python:3.12-slim AS build
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --prefix=/install -r requirements.txt

FROM python:3.12-slim
COPY --from=build /install /usr/local
COPY . /app
WORKDIR /app
USER nobody
CMD ["gunicorn", "-b", "0.0.0.0:8000", "app:app"]
'''),
    ("python", "course/topk_gate.py", '''class TopKGate(nn.Module):
    """The simplest router there is: linear, top-k, softmax over the chosen."""

    def __init__(self, dim, n_experts, k=2):
        super().__init__()
        self.k = k
        self.linear = nn.Linear(dim, n_experts)

    def forward(self, x):
        scores = self.linear(x)
        values, index = torch.topk(scores, self.k, dim=-1)
        return index, values.softmax(dim=-1)
'''),
    ("bash", "bin/backup.sh", '''#!/bin/sh
set -eu
stamp=$(date +%Y%m%d)
dest="/backups/db-$stamp.sql.gz"
pg_dump --no-owner shop | gzip -9 > "$dest.part"
mv "$dest.part" "$dest"
find /backups -name 'db-*.sql.gz' -mtime +14 -delete
echo "wrote $dest ($(du -h "$dest" | cut -f1))"
'''),
    ("java", "src/main/java/demo/Bank.java", '''public synchronized void transfer(Account from, Account to, long cents) {
    if (cents <= 0) {
        throw new IllegalArgumentException("amount must be positive: " + cents);
    }
    if (from.balance() < cents) {
        throw new InsufficientFundsException(from.id(), cents);
    }
    from.withdraw(cents);
    to.deposit(cents);
    audit.record(Instant.now(), from.id(), to.id(), cents);
}
'''),
    ("python", "ops/rotate_keys.py", '''def rotate(client, name, keep=2):
    """Make a new version of a secret and disable all but the newest few."""
    fresh = client.create_version(name, secrets.token_urlsafe(48))
    versions = sorted(client.list_versions(name), key=lambda v: v.created, reverse=True)
    for old in versions[keep:]:
        if old.state == "ENABLED":
            client.disable(name, old.number)
            logging.info("disabled %s version %s", name, old.number)
    return fresh.number
'''),
    ("go", "internal/queue/worker.go", '''func (p *Pool) Run(ctx context.Context, jobs <-chan Job) error {
	g, ctx := errgroup.WithContext(ctx)
	for i := 0; i < p.size; i++ {
		g.Go(func() error {
			for {
				select {
				case <-ctx.Done():
					return ctx.Err()
				case job, open := <-jobs:
					if !open {
						return nil
					}
					if err := job.Do(ctx); err != nil {
						return fmt.Errorf("job %s: %w", job.ID, err)
					}
				}
			}
		})
	}
	return g.Wait()
}
'''),
    ("cpp", "src/ring_buffer.hpp", '''template <typename T, std::size_t N>
class RingBuffer {
  static_assert((N & (N - 1)) == 0, "N must be a power of two");

 public:
  bool push(const T& item) {
    const auto head = head_.load(std::memory_order_relaxed);
    if (head - tail_.load(std::memory_order_acquire) == N) return false;
    slots_[head & (N - 1)] = item;
    head_.store(head + 1, std::memory_order_release);
    return true;
  }

 private:
  std::array<T, N> slots_{};
  std::atomic<std::size_t> head_{0}, tail_{0};
};
'''),
    ("python", "course/mha.py", '''class MultiHeadAttention(nn.Module):
    """As in every course: project, split, scaled dot product, join."""

    def __init__(self, dim, heads):
        super().__init__()
        assert dim % heads == 0
        self.heads, self.head_dim = heads, dim // heads
        self.to_qkv = nn.Linear(dim, dim * 3)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x, causal=True):
        b, t, d = x.shape
        qkv = self.to_qkv(x).reshape(b, t, 3, self.heads, self.head_dim)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=causal)
        return self.proj(y.transpose(1, 2).reshape(b, t, d))
'''),
    ("tsx", "src/components/OrderTable.tsx", '''export function OrderTable({ orders, onSelect }: { orders: Order[]; onSelect: (id: string) => void }) {
  const [sortKey, setSortKey] = useState<keyof Order>("createdAt");
  const rows = useMemo(
    () => [...orders].sort((a, b) => String(b[sortKey]).localeCompare(String(a[sortKey]))),
    [orders, sortKey],
  );
  return (
    <table>
      <thead>
        <tr>
          <th onClick={() => setSortKey("customer")}>Customer</th>
          <th onClick={() => setSortKey("createdAt")}>Created</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((o) => (
          <tr key={o.id} onClick={() => onSelect(o.id)}>
            <td>{o.customer}</td>
            <td>{new Date(o.createdAt).toLocaleDateString()}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
'''),
    ("yaml", ".github/workflows/ci.yml", '''name: ci
on:
  push: {branches: [main]}
  pull_request:
jobs:
  test:
    runs-on: ubuntu-latest
    strategy:
      matrix: {python: ["3.10", "3.11", "3.12"]}
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with: {python-version: "${{ matrix.python }}"}
      - run: pip install -e .[test]
      - run: pytest -q --cov
'''),
    ("rust", "src/config.rs", '''#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub listen: SocketAddr,
    #[serde(default = "default_workers")]
    pub workers: usize,
    pub database_url: String,
}

impl Settings {
    pub fn load(path: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        toml::from_str(&text).with_context(|| format!("parsing {}", path.display()))
    }
}
'''),
    ("csharp", "Mail/OutboxWorker.cs", '''protected override async Task ExecuteAsync(CancellationToken stoppingToken)
{
    using var timer = new PeriodicTimer(TimeSpan.FromSeconds(5));
    while (await timer.WaitForNextTickAsync(stoppingToken))
    {
        foreach (OutboxMessage message in await _outbox.TakeAsync(50, stoppingToken))
        {
            try
            {
                await _sender.SendAsync(message, stoppingToken);
                await _outbox.MarkSentAsync(message.Id, stoppingToken);
            }
            catch (SmtpException error)
            {
                _logger.LogWarning(error, "Message {Id} stays in the outbox", message.Id);
            }
        }
    }
}
'''),
]

LOGS = [
    '''Traceback (most recent call last):
  File "/app/manage.py", line 22, in <module>
    main()
  File "/app/manage.py", line 18, in main
    execute_from_command_line(sys.argv)
  File "/app/shop/apps.py", line 41, in ready
    from . import signals
  File "/app/shop/signals.py", line 7, in <module>
    from .models import Order, Refund
ImportError: cannot import name 'Refund' from 'shop.models' (/app/shop/models.py)
''',
    '''panic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1 addr=0x18 pc=0x6d1f2a]

goroutine 51 [running]:
example.com/shop/cart.(*Cart).Total(0x0, 0xc00021a000)
	/src/cart/cart.go:88 +0x2a
example.com/shop/api.(*Server).checkout(0xc0000b6000, {0x8c1e60, 0xc00031c0e0}, 0xc000318100)
	/src/api/checkout.go:133 +0x1ce
net/http.HandlerFunc.ServeHTTP(...)
	/usr/local/go/src/net/http/server.go:2220
''',
    '''error[E0502]: cannot borrow `queue` as mutable because it is also borrowed as immutable
  --> src/worker.rs:57:13
   |
54 |     for job in queue.iter() {
   |                ------------ immutable borrow occurs here
57 |             queue.push(job.retry());
   |             ^^^^^^^^^^^^^^^^^^^^^^^ mutable borrow occurs here

For more information about this error, try `rustc --explain E0502`.
error: could not compile `worker` (bin "worker") due to 1 previous error
''',
    '''2026-03-02T08:14:51Z WARN  pool exhausted, waiting=17 size=20
2026-03-02T08:14:53Z WARN  pool exhausted, waiting=31 size=20
2026-03-02T08:14:55Z ERROR acquire timed out after 4000ms route=/checkout
2026-03-02T08:14:55Z ERROR acquire timed out after 4000ms route=/checkout
2026-03-02T08:15:02Z INFO  deadlock detected by server, retrying tx 0x9f31
2026-03-02T08:15:03Z INFO  pool recovered waiting=0 size=20
''',
    '''npm ERR! code ERESOLVE
npm ERR! ERESOLVE unable to resolve dependency tree
npm ERR! While resolving: storefront@4.1.0
npm ERR! Found: react@19.0.0
npm ERR! Could not resolve dependency:
npm ERR! peer react@"^17.0.0 || ^18.0.0" from react-datepick@3.2.1
npm ERR! Fix the upstream dependency conflict, or retry with --force
''',
    '''RuntimeError: CUDA error: an illegal memory access was encountered
CUDA kernel errors might be asynchronously reported at some other API call, so the stacktrace below might be incorrect.
  File "train.py", line 210, in <module>
    loss.backward()
  File "site-packages/torch/_tensor.py", line 581, in backward
    torch.autograd.backward(
''',
    '''Unhandled exception. System.InvalidOperationException: Collection was modified; enumeration operation may not execute.
   at System.Collections.Generic.List`1.Enumerator.MoveNext()
   at Shop.Basket.Recalculate() in /src/Shop/Basket.cs:line 64
   at Shop.Basket.Add(Item item) in /src/Shop/Basket.cs:line 31
   at Program.<Main>$(String[] args) in /src/Shop/Program.cs:line 12
''',
    '''src/cart.test.ts:41
  x applies the voucher once (7 ms)
    Expected: 1800
    Received: 1620
      39 |   cart.apply("SPRING10");
    > 41 |   expect(cart.total()).toBe(1800);
Tests: 1 failed, 48 passed, 49 total
''',
    '''== CPU profile, 30.1 s, 2861 samples ==
  31.2%  runtime.mallocgc
  14.8%  encoding/json.(*decodeState).object
   9.9%  runtime.gcDrain
   7.1%  strings.(*Builder).grow
   4.4%  regexp.(*machine).step
   3.0%  syscall.Syscall6
''',
    '''CONTAINER      CPU %    MEM USAGE / LIMIT     NET I/O          PIDS
web-1          3.11%    181MiB / 512MiB       1.2GB / 890MB    11
worker-1       97.40%   498MiB / 512MiB       310MB / 44MB     9
redis          0.42%    12MiB / 128MiB        2.0GB / 2.4GB    5
postgres       12.06%   734MiB / 2GiB         890MB / 1.9GB    38
''',
    # These name proprietary files and functions, which is not yet a leak of them.
    '''On branch lodestar-warm-rows
Changes not staged for commit:
	modified:   heron/optim/lodestar.py
	modified:   heron/train/trainer.py
	modified:   services/pricing/surge.go
Untracked files:
	notes.txt
no changes added to commit (use "git add" and/or "git commit -a")
''',
    '''Traceback (most recent call last):
  File "/srv/heron/train/trainer.py", line 101, in run
  File "/srv/heron/train/trainer.py", line 113, in _one_step
  File "/opt/venv/lib/python3.12/site-packages/torch/nn/modules/module.py", line 1751, in _wrapped_call_impl
torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 1.12 GiB. GPU 3 has a total capacity of 79.11 GiB of which 640.50 MiB is free.
''',
    '''--- FAIL: TestSweepForgetsBuriedLanes (0.02s)
    store_test.go:214: forgotten = 0, want 3
--- PASS: TestPutIsMonotonic (0.00s)
FAIL
FAIL	quarrowmere.example/freight/lanestore	0.311s
ok  	quarrowmere.example/freight/pricing	0.904s
''',
    '''kubelet: Readiness probe failed: Get "http://10.2.14.9:7412/ready": dial tcp 10.2.14.9:7412: connect: connection refused
kubelet: Back-off restarting failed container lanestore in pod lanestore-vest-1
kubelet: Liveness probe errored: rpc error: code = DeadlineExceeded
scheduler: 0/9 nodes are available: 3 Insufficient memory, 6 node(s) did not match pod anti-affinity rules
''',
]

LOG_ASKS = [
    "What is going on here?", "This started after yesterday's deploy. Any idea?",
    "Can you read this and tell me where to look first?", "Why does it fail only on CI?",
    "Explain this output please, short.", "Is this a bug in my code or in the library?",
]

CODE_ASKS = [
    "Review this, please. Anything unsafe?", "Add doc comments but change nothing else:",
    "Can this be shorter without getting clever?", "Write a test for this.",
    "What happens here when the input is empty?", "Port this to a more idiomatic style:",
    "Is there a race in here?", "Explain this to a new colleague in five sentences.",
]

REPLIES = [
    "I'll look at the file first.", "Let me search for the place where it is used.",
    "Reading it now.", "I will check the surrounding code.", "Let me run that and see.",
]

HEADER_ASKS = [
    "Put this header on every new file from now on.", "Is this header valid SPDX? The scanner complains.",
    "Our pre-commit hook must insist on these four lines. Write the regex.", "Legal asks whether the third line is grammatical.",
    "How do I write this header in a file that starts with a shebang?", "Which files in the last commit lack this?",
    "Make an editor snippet of this comment.", "Should this stand above or below the module docstring?",
]

IMPORT_ASKS = [
    "Sort these imports the way the formatter likes them.", "Which of these are in the standard library?",
    "Are any of these deprecated?", "Group these as our linter wants: standard, third party, own.",
    "Is there a lighter replacement for any of these?", "What does each of these cost at start-up?",
    "The compiler says one of these is unused, but not which. Guess?", "Explain what each of these is for, one line each.",
]
