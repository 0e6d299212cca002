using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OrleansSocial.Kernel;

/// <summary>Turns what was thrown into a response: malformed requests by name, outages as 503, bugs as 500 without detail.</summary>
public sealed partial class Faults(IHostApplicationLifetime process, ILogger<Faults> log) : IExceptionHandler
{
    /// <summary>The refusal that stands for an exception; null when it is a bug.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="stopping">Whether this node stops: what is used then may be disposed already, and another node answers.</param>
    public static Refusal? RefusalFor(Exception exception, bool stopping = false) => exception switch
    {
        TextNotStorableException => CommonRefusals.TextNotStorable,
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => CommonRefusals.BodyTooLarge,
        BadHttpRequestException { StatusCode: StatusCodes.Status415UnsupportedMediaType } => CommonRefusals.UnsupportedMedia,
        BadHttpRequestException malformed => RequestFaults.Of(malformed),
        ObjectDisposedException when stopping => CommonRefusals.Unavailable,
        _ => Outage.Describes(exception) ? CommonRefusals.Unavailable : null,
    };

    /// <inheritdoc/>
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested) return true;
        if (RefusalFor(exception, process.ApplicationStopping.IsCancellationRequested) is { } refusal)
        {
            if (refusal.Kind == Kind.Unavailable) LogUnavailable(exception, httpContext.Request.Method, httpContext.Request.Path);
            await Problems.Write(httpContext, refusal);
            return true;
        }

        LogFault(exception, httpContext.Request.Method, httpContext.Request.Path);
        await Problems.Write(
            httpContext,
            StatusCodes.Status500InternalServerError,
            Problems.FaultCode,
            Problems.FaultDetail);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} {Path} answers 503")]
    private partial void LogUnavailable(Exception cause, string method, string path);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private partial void LogFault(Exception cause, string method, string path);
}
