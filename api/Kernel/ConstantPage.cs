using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace OrleansSocial.Kernel;

/// <summary>An answer that is made once and says the same to everybody.</summary>
public sealed class ConstantPage
{
    private readonly byte[] _bytes;
    private readonly string _contentType;
    private readonly EntityTagHeaderValue _tag;

    /// <summary>These bytes, with a tag made of them.</summary>
    public ConstantPage(byte[] bytes, string contentType)
    {
        (_bytes, _contentType) = (bytes, contentType);
        _tag = new(EntityTags.Of(bytes));
    }

    /// <summary>A page to read.</summary>
    /// <param name="title">What it is called, as HTML.</param>
    /// <param name="content">What stands in it, as HTML.</param>
    public static ConstantPage Html(string title, string content) => new(
        Encoding.UTF8.GetBytes($"""
            <!doctype html>
            <html lang="en">
            <head>
              <meta charset="utf-8">
              <title>{title} · OrleansSocial</title>
              <meta name="viewport" content="width=device-width, initial-scale=1">
              <meta name="color-scheme" content="light dark">
              <link rel="icon" href="/icon.svg" type="image/svg+xml">
              <link rel="stylesheet" href="/page.css">
              <link rel="stylesheet" href="/problems.css">
            </head>
            <body>
            <main class="problems">
            {content}
            </main>
            </body>
            </html>

            """),
        "text/html; charset=utf-8");

    /// <summary>Answers with it, or 304 to whoever has it.</summary>
    public IResult Answer(HttpResponse response)
    {
        response.Headers.CacheControl = "no-cache";
        return Results.Bytes(_bytes, _contentType, entityTag: _tag);
    }

    /// <summary>Writes it under another status than 200.</summary>
    public Task Write(HttpResponse response, int status, CancellationToken cancellation)
    {
        (response.StatusCode, response.ContentType) = (status, _contentType);
        response.Headers.CacheControl = "no-store";
        return response.Body.WriteAsync(_bytes, cancellation).AsTask();
    }

    /// <summary>Maps a page that is made when it is first asked for.</summary>
    internal static void Map(IEndpointRouteBuilder app, string path, Func<ConstantPage> make)
    {
        var page = new Lazy<ConstantPage>(make);
        app.MapGet(path, (HttpResponse response) => page.Value.Answer(response)).Public().Unlimited().ExcludeFromDescription();
    }
}
