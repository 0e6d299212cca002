using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using OrleansSocial.Identity;

namespace OrleansSocial.Support;

/// <summary>A person with an account, and a client that sends their token.</summary>
public sealed class Person
{
    /// <summary>The password of everyone in tests.</summary>
    public const string Password = "correct horse battery";

    // Nulls are left out of what the API writes.
    private static readonly JsonSerializerOptions s_answers = new(SocialJson.Options) { RespectRequiredConstructorParameters = false };

    private Person(SocialHost host, string name, SessionTokens tokens)
    {
        (Host, Name, Tokens) = (host, name, tokens);
        Http = DocumentedAnswers.Client(host.Address);
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens.AccessToken);
    }

    /// <summary>The application that the person uses.</summary>
    public SocialHost Host { get; }

    /// <summary>How the test calls the person; the handle begins with it.</summary>
    public string Name { get; }

    /// <summary>The session.</summary>
    public SessionTokens Tokens { get; }

    /// <summary>Who the person is.</summary>
    public UserId Id => Tokens.User;

    /// <summary>The unique handle.</summary>
    public string Handle => Tokens.Handle;

    /// <summary>A client that is signed in.</summary>
    public HttpClient Http { get; }

    /// <summary>Reads what must be there.</summary>
    public async Task<T> Get<T>(string path) => await Read<T>(await Http.GetAsync(new Uri(path, UriKind.Relative)));

    /// <summary>Posts what must be accepted.</summary>
    public async Task<T> Post<T>(string path, object body) => await Read<T>(await Post(path, body));

    /// <summary>Posts, whatever comes of it.</summary>
    public Task<HttpResponseMessage> Post(string path, object body) => Send(HttpMethod.Post, path, body);

    /// <summary>Sends a request with a JSON body, whatever comes of it.</summary>
    public async Task<HttpResponseMessage> Send(HttpMethod method, string path, object? body = null, string? idempotencyKey = null, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = JsonContent.Create(body, body.GetType(), options: SocialJson.Options);
        }

        if (idempotencyKey is not null)
        {
            request.Headers.Add(IdempotencyKey.Header, idempotencyKey);
        }

        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        return await Http.SendAsync(request);
    }

    /// <summary>What an accepted request answered; fails with the problem otherwise.</summary>
    public static async Task<T> Read<T>(HttpResponseMessage response)
    {
        ArgumentNullException.ThrowIfNull(response);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{response.RequestMessage?.Method} {response.RequestMessage?.RequestUri?.PathAndQuery}: {(int)response.StatusCode} {text}");
        return JsonSerializer.Deserialize<T>(text, s_answers)!;
    }

    /// <summary>Asserts that a request was refused with this status and code; gives the whole problem.</summary>
    public static async Task<JsonElement> Refused(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        ArgumentNullException.ThrowIfNull(response);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == status, $"expected {(int)status} {code}, saw {(int)response.StatusCode} {text}");
        var problem = JsonSerializer.Deserialize<JsonElement>(text);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        return problem;
    }

    /// <summary>The same person with the same session at another node.</summary>
    public Person At(SocialHost node) => new(node, Name, Tokens);

    /// <summary>Signs in once more, as on another device.</summary>
    public async Task<Person> AnotherDevice()
        => new(Host, Name, await Read<SessionTokens>(await Host.Http.PostAsJsonAsync("/v1/auth/login", new { handle = Handle, password = Password })));

    internal static async Task<Person> Register(SocialHost host, string name)
    {
        var handle = $"{name}_{RandomNumberGenerator.GetHexString(10, lowercase: true)}";
        var answer = await host.Http.PostAsJsonAsync("/v1/auth/register", new { handle, displayName = name, password = Password });
        return new Person(host, name, await Read<SessionTokens>(answer));
    }
}
