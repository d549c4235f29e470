// Runs a script with the names that actions/github-script gives to scripts.

const { createRequire } = require("module");
const path = require("path");

const own = createRequire(path.join(process.env.SLIPWAY_MODULES, "package.json"));
const core = own("@actions/core");
const { context, getOctokit } = own("@actions/github");

async function main() {
  const of = process.env;
  const options = { userAgent: of.WANTED_AGENT };
  if (of.WANTED_BASE) options.baseUrl = of.WANTED_BASE;
  const github = getOctokit(of.WANTED_TOKEN, options);
  const given = {
    github,
    octokit: github,
    getOctokit,
    context,
    core,
    exec: own("@actions/exec"),
    glob: own("@actions/glob"),
    io: own("@actions/io"),
    // What a script names is the repository's, relative to where the step runs.
    require: createRequire(path.join(process.cwd(), "script.js")),
  };
  const AsyncFunction = Object.getPrototypeOf(main).constructor;
  const script = new AsyncFunction(...Object.keys(given), of.WANTED_SCRIPT);
  const result = await script(...Object.values(given));
  if (of.WANTED_ENCODING === "string") core.setOutput("result", String(result));
  else core.setOutput("result", JSON.stringify(result));
}

main().catch((error) => {
  console.error(error);
  core.setFailed(`Unhandled error: ${error}`);
});
