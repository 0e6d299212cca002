using Microsoft.Net.Http.Headers;

namespace OrleansSocial.Host;

/// <summary>Serves the page at <c>/</c> and its files.</summary>
internal static class Page
{
    /// <summary>Serves <c>wwwroot</c>. Files keep their names from version to version, so a browser asks each time whether its copy is the present one.</summary>
    public static void UsePage(this IApplicationBuilder app)
    {
        app.UseDefaultFiles();
        app.UseStaticFiles(new StaticFileOptions
        {
            OnPrepareResponse = file => file.Context.Response.Headers[HeaderNames.CacheControl] = "no-cache",
        });
    }
}
