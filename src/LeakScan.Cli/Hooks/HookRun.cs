using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using LeakScan.Cli.Outgoing;
using LeakScan.Cli.Output;

namespace LeakScan.Cli.Hooks;

/// <summary>Answers one call of a hook: reads the message, gathers what would leave, scans it, answers as the tool expects.</summary>
// The work is done on a thread of its own and the answer is given here, so that whatever holds it up (a pipe that nobody
// closes, a file that is none, a disk that hangs), the tool has an answer when the deadline has passed.
sealed class HookRun(HookOptions options, Stream input)
{
    const int MaxMessageBytes = 64 << 20;
    const int MaxDepth = 512;
    const int FirstBufferBytes = 16 << 10;

    /// <summary>Of the deadline, for looking through folders.</summary>
    const double SearchShare = 0.15;

    static readonly TimeSpan s_auditDeadline = TimeSpan.FromSeconds(1);

    /// <summary>What every tool takes for a refusal, whatever was printed.</summary>
    const int NotHeardExit = 2;

    readonly Stopwatch _watch = Stopwatch.StartNew();
    volatile Policy? _policy;
    volatile HookContract _contract = HookTools.ContractOf(options.Tool);
    volatile HookRequest? _request;

    /// <summary>An answer and the line about it for the audit file; null for events with which nothing leaves.</summary>
    readonly record struct Outcome(HookAnswer Answer, AuditEntry? Entry);

    /// <summary>Answers; the exit code of the hook.</summary>
    internal static int Run(HookOptions options, Stream input, Stream output, Stream error)
    {
        HookAnswer answer = new HookRun(options, input).Answer();
        try
        {
            Write(output, answer.Out);
            Write(error, answer.Error);
            return answer.ExitCode;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return NotHeardExit; // the tool does not read its answer, or there is no room for it
        }
    }

    static void Write(Stream stream, string text)
    {
        if (text.Length == 0) return;
        stream.Write(Encoding.UTF8.GetBytes(text + "\n"));
        stream.Flush();
    }

    HookAnswer Answer()
    {
        Outcome? done = null;
        Exception? failure = null;
        Thread worker = new(() =>
        {
            try
            {
                done = Decide();
            }
            catch (Exception e)
            {
                failure = e;
            }
        })
        { IsBackground = true };
        worker.Start();
        bool isDone = worker.Join(options.Deadline);
        if (isDone && failure is PolicyException) _policy = null; // it says nothing, not even what to do on errors
        Outcome outcome = !isDone
            ? Fail(string.Create(CultureInfo.InvariantCulture, $"it was not done within {options.Deadline.TotalSeconds:0.###} s (--deadline)"))
            : done ?? Fail(failure is UnreadableException ? failure.Message : CommandLine.Explain(failure!));
        return outcome.Entry is null ? outcome.Answer : Record(outcome.Answer, outcome.Entry);
    }

    /// <summary>What the policy says of text that could not be checked.</summary>
    Outcome Fail(string why)
    {
        HookRequest? request = _request;
        Verdict verdict = (_policy ?? Policy.Default).OnError;
        why = Diagnostics.Printable(why);
        HookAnswer answer = verdict switch
        {
            Verdict.Block => _contract.Block(request, $"LeakScan blocked this, since it could not be checked: {why}"),
            Verdict.Warn => _contract.Warn(request, $"LeakScan could not check this: {why}; the policy lets it through"),
            _ => _contract.Pass(request),
        };
        return new(answer, Entry(request) with { Verdict = verdict, Stopped = verdict == Verdict.Block && (request is null || _contract.CanStop(request)), Error = why });
    }

    Outcome Decide()
    {
        string? policyName = options.Policy;
        Policy policy = PolicyFile.Load(policyName);
        _policy = policy;
        JsonElement message = ReadMessage();
        _contract = HookTools.ContractOf(options.Tool, message);
        HookRequest request = _contract.Identify(message);
        _request = request;
        if (request.Moment == HookMoment.Nothing) return new(_contract.Pass(request), null);
        request.Texts.SearchTime = options.Deadline * SearchShare;
        request = _contract.Gather(message, request);
        _request = request;

        string destination = HookTools.NameOf(options.Tool);
        using FingerprintIndex index = ProtectedIndex.Open(options.Indexes, options.KeyFile, policy);
        long bytes = request.Texts.All.Concat(request.Texts.Named).Sum(text => (long)text.Utf8.Length);
        Scanner scanner = new(index, new ScanOptions { Policy = policy, Destination = destination, Structure = LooksForChangedCode(bytes, options.Deadline) });
        Judgement judgement = Judgement.Of(request.Texts.All, scanner, policy, policyName, destination);
        AuditEntry entry = Entry(request) with
        {
            Verdict = judgement.Verdict,
            Stopped = judgement.Verdict == Verdict.Block && _contract.CanStop(request),
            Documents = judgement.Documents,
            Characters = judgement.Characters,
            Undecidable = request.Texts.Undecidable is not null,
        };
        switch (judgement.Verdict)
        {
            case Verdict.Block when !_contract.CanStop(request):
                return new(_contract.Block(request, $"LeakScan: {judgement.Finding}. No hook can hold this back, it has gone out: tell whoever keeps the policy."), entry);
            case Verdict.Block:
                string next = request.Moment == HookMoment.Prompt ? "Take it out and send again" : "Work on without it";
                return new(_contract.Block(request, $"LeakScan blocked this: {judgement.Finding}. {next}, or ask whoever keeps the policy to allow it."), entry);
        }
        Judgement named = Judgement.Of(request.Texts.Named, scanner, policy, policyName, destination);
        if (judgement.Verdict == Verdict.Warn && named.Verdict != Verdict.Block) return new(_contract.Warn(request, $"LeakScan: {judgement.Finding}. It may leave; have a look at it."), entry);
        if (request.Texts.Undecidable is not string why) return new(_contract.Pass(request), entry);
        string finding = named.Verdict == Verdict.Block ? $", and {named.Finding}" : "";
        return new(_contract.Undecided(request, Diagnostics.Printable($"LeakScan cannot tell what this prints: {why}{finding}"), named.Verdict == Verdict.Block), entry);
    }

    /// <summary>Whether there is time to look for changed code in so many bytes, which takes up to ten times as long as verbatim text: a fifth of the deadline or so with vectors of 256 bits.</summary>
    internal static bool LooksForChangedCode(long bytes, TimeSpan deadline) => bytes <= deadline.TotalSeconds * (16 << 20);

    JsonElement ReadMessage()
    {
        byte[] message = new byte[FirstBufferBytes];
        int length = 0;
        for (int read; (read = input.Read(message.AsSpan(length))) > 0;)
        {
            length += read;
            if (length > MaxMessageBytes) throw new UnreadableException(FormattableString.Invariant($"the tool's message is longer than {MaxMessageBytes} bytes"));
            if (length == message.Length) Array.Resize(ref message, 2 * length);
        }
        if (length == 0) throw new UnreadableException("the tool sent no message on standard input");
        ReadOnlyMemory<byte> json = message.AsMemory(0, length);
        if (json.Span.StartsWith("\uFEFF"u8)) json = json[3..];
        if (!Utf8.IsValid(json.Span)) throw new UnreadableException("the tool's message is not UTF-8");
        try
        {
            JsonElement root = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth }).RootElement;
            return root.ValueKind == JsonValueKind.Object ? root : throw new UnreadableException("the tool's message is no JSON object");
        }
        catch (JsonException e)
        {
            // Its text would quote the message.
            throw new UnreadableException(FormattableString.Invariant($"the tool's message is not JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})"));
        }
    }

    AuditEntry Entry(HookRequest? request) => new()
    {
        Time = DateTime.UtcNow,
        Tool = HookTools.NameOf(options.Tool),
        Event = request?.Event ?? "unreadable",
        Session = request?.Session,
    };

    /// <summary>Writes the audit line. The answer does not wait for a disk that is gone, since the tool would go on without it.</summary>
    HookAnswer Record(HookAnswer answer, AuditEntry entry)
    {
        string? failure = null;
        Thread writer = new(() =>
        {
            try
            {
                AuditLog.Append(AuditLog.PathFrom(options.Audit), entry with { Elapsed = _watch.Elapsed });
            }
            catch (Exception e)
            {
                failure = CommandLine.Explain(e); // whatever it is: the answer counts
            }
        })
        { IsBackground = true };
        writer.Start();
        if (!writer.Join(s_auditDeadline)) failure = string.Create(CultureInfo.InvariantCulture, $"it takes longer than {s_auditDeadline.TotalSeconds} s");
        // With another exit code what is on standard error is the model's.
        return failure is not null && answer.ExitCode == 0 ? answer with { Error = $"leakscan: the audit file cannot be written: {failure}" } : answer;
    }
}
