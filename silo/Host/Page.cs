using Microsoft.Net.Http.Headers;

namespace OrleansSocial.Host;

/// <summary>Serves the page at <c>/</c>, the one of jobs at <c>/jobs</c>, and their files.</summary>
internal static class Page
{
    /// <summary>Serves <c>wwwroot</c>. Files keep their names from version to version, so a browser asks each time whether its copy is the present one.</summary>
    public static void UsePage(this IApplicationBuilder app)
    {
        // A folder's page is the answer with and without the slash at the end: a redirect would have to name a scheme and a host, which a proxy may have changed.
        app.UseDefaultFiles(new DefaultFilesOptions { RedirectToAppendTrailingSlash = false });
        app.UseStaticFiles(new StaticFileOptions
        {
            OnPrepareResponse = file => file.Context.Response.Headers[HeaderNames.CacheControl] = "no-cache",
        });
    }
}
