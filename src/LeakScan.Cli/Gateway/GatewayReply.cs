using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace LeakScan.Cli.Gateway;

/// <summary>What a tool is answered whose request does not go on: in its API's own form, with the status that makes it show the message and not try again.</summary>
/// <remarks>
/// As tried with the tools themselves. Claude Code sends a 400 or 422 five times more and calls a 403 a failed login; a 451 it shows. Codex tries
/// 403, 422 and 451 again and shows a 400 raw; a stream that says <c>response.failed</c> with <c>invalid_prompt</c> it shows as it should be.
/// </remarks>
readonly record struct GatewayReply(int Status, string ContentType, byte[] Body)
{
    /// <summary>Whether the same request may fare better later.</summary>
    internal bool MayRetry { get; private init; }

    const string Json = "application/json";

    static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The request was held back.</summary>
    /// <param name="isAnthropics">Whether it speaks Anthropic's API.</param>
    /// <param name="target">Path and query.</param>
    /// <param name="streams">Whether it asks for a stream of events.</param>
    /// <param name="message">Why, for the person.</param>
    internal static GatewayReply Blocked(bool isAnthropics, string target, bool streams, string message)
    {
        if (isAnthropics) return new(StatusCodes.Status451UnavailableForLegalReasons, Json, Anthropic("permission_error", message));
        return streams && target.Split('?')[0].EndsWith("/responses", StringComparison.Ordinal)
            ? new(StatusCodes.Status200OK, "text/event-stream", FailedResponse(message))
            : new(StatusCodes.Status400BadRequest, Json, OpenAI("invalid_request_error", "invalid_prompt", message));
    }

    /// <summary>The request cannot go on for another reason than its text.</summary>
    internal static GatewayReply Error(bool isAnthropics, int status, string message) =>
        new(status, Json, isAnthropics ? Anthropic("api_error", message) : OpenAI("leakscan_gateway", "leakscan_gateway", message)) { MayRetry = true };

    internal async Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        context.Response.ContentType = ContentType;
        context.Response.ContentLength = Body.Length;
        if (!MayRetry) context.Response.Headers["x-should-retry"] = "false";
        await context.Response.Body.WriteAsync(Body, context.RequestAborted);
    }

    static byte[] Anthropic(string type, string message) => Write(json =>
    {
        json.WriteString("type", "error");
        json.WriteStartObject("error");
        json.WriteString("type", type);
        json.WriteString("message", message);
        json.WriteEndObject();
    });

    static byte[] OpenAI(string type, string code, string message) => Write(json =>
    {
        json.WriteStartObject("error");
        json.WriteString("message", message);
        json.WriteString("type", type);
        json.WriteNull("param");
        json.WriteString("code", code);
        json.WriteEndObject();
    });

    static byte[] FailedResponse(string message)
    {
        byte[] failed = Write(json =>
        {
            json.WriteString("type", "response.failed");
            json.WriteNumber("sequence_number", 0);
            json.WriteStartObject("response");
            json.WriteString("id", "resp_leakscan");
            json.WriteString("object", "response");
            json.WriteNumber("created_at", DateTimeOffset.UtcNow.ToUnixTimeSeconds());
            json.WriteString("status", "failed");
            json.WriteStartObject("error");
            json.WriteString("code", "invalid_prompt");
            json.WriteString("message", message);
            json.WriteEndObject();
            json.WriteStartArray("output");
            json.WriteEndArray();
            json.WriteEndObject();
        });
        return [.. "event: response.failed\ndata: "u8, .. failed, .. "\n\n"u8];
    }

    static byte[] Write(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new(512);
        using (Utf8JsonWriter json = new(buffer, s_json))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }
}
