namespace Hello;

[HyperController]
public static class Site
{
    // The page's style sheet is announced with the response's head, before the browser has read a line of it.
    [Get("/"), Push("/assets/main.css", Urgency = 1)]
    public static Reply Home() => Reply.Html(
        """
        <!doctype html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <title>HyperGen</title>
          <link rel="stylesheet" href="/assets/main.css">
        </head>
        <body>
          <h1>Hello from HyperGen</h1>
          <p>Served over <b id="protocol">…</b>. Try <a href="/users">/users</a>, <a href="/users/1">/users/1</a>, <a href="/ticks">/ticks</a>,
             <a href="/paths/a/b/c">/paths/a/b/c</a> and <a href="/slow">/slow</a>.</p>
          <script>
            document.getElementById('protocol').textContent = performance.getEntriesByType('navigation')[0].nextHopProtocol;
          </script>
        </body>
        </html>
        """);

    [Get("/assets/main.css")]
    public static Reply Style() => Reply.Text("body { font: 18px/1.5 system-ui; margin: 4rem auto; max-width: 40rem; } h1 { color: #5b2c83; }", "text/css; charset=utf-8");

    // A catch-all takes the rest of the path, slashes and all.
    [Get("/paths/{**path}")]
    public static Reply Path(string? path) => Reply.Text($"the rest of the path is '{path}'");
}
