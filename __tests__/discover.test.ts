import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { isDiscovered, kindOf, kindOfNamed, looksLikeCompose, looksLikeDockerfile } from '../src/files/discover.js'
import { processorTime } from './processor-time.js'

describe('kindOf', () => {
  const dockerfiles = [
    'Dockerfile',
    'dockerfile',
    'DOCKERFILE',
    'Containerfile',
    'Dockerfile.prod',
    'Dockerfile-prod',
    'Dockerfile_prod',
    'Containerfile.dev',
    'api.Dockerfile',
    'api-Dockerfile',
    'api_dockerfile',
    'API.CONTAINERFILE',
    '.dockerfile',
    'Dockerfile.',
    'a/b/Dockerfile',
    'Dockerfile.txt',
  ]
  test.each(dockerfiles)('%s is a Dockerfile', (path) => expect(kindOf(path)).toEqual({ kind: 'dockerfile' }))

  const templates = [
    'Dockerfile.j2',
    'api.Dockerfile.tmpl',
    'Dockerfile.in',
    'Dockerfile.prod.erb',
    'Dockerfile-alpine.template',
    'Dockerfile.gotmpl',
  ]
  test.each([...templates, 'Dockerfile.jinja', 'Dockerfile.jinja2', 'Dockerfile.tpl', 'Dockerfile.mustache', 'dockerfile.HBS'])(
    '%s is a template',
    (path) => {
      expect(kindOf(path)).toEqual({ kind: 'dockerfile', template: true })
    },
  )

  const composes = [
    'compose.yml',
    'compose.yaml',
    'docker-compose.yml',
    'docker-compose.override.yaml',
    'docker-compose-dev.yml',
    'docker-compose_default.yaml',
    'podman-compose.yml',
    'container-compose.yaml',
    'docker-stack.yml',
    'docker-stack-monitoring.yml',
    'Compose.prod.YAML',
    'my.compose.yml',
    'kafka-compose.yaml',
    'local.docker-compose.test.yml',
    'dockerfile-compose.yml',
  ]
  test.each(composes)('%s is a compose file', (path) => expect(kindOf(path)).toEqual({ kind: 'compose' }))

  const neither = [
    'Dockerfile.dockerignore',
    'prod.Dockerfile.dockerignore',
    'Dockerfile.containerignore',
    'Dockerfile.md',
    'Dockerfile.md.j2',
    'Dockerfiles',
    'dockerfile2',
    'MyDockerfile',
    'docker-compose.txt',
    'decompose.yml',
    'composer.yml',
    'docker-compose',
    'docker-stacks.yml',
    'docker-compose.yml.j2',
    'Dockerfile/readme',
    '',
    '/',
  ]
  test.each(neither)('%s is neither', (path) => expect(kindOf(path)).toBeUndefined())

  test.each(['src/dockerfile.ts', 'dockerfile_test.go', 'docs/dockerfile.svg', 'Dockerfile.yml', 'lexers/dockerfile.py'])(
    '%s may be another language',
    (path) => {
      expect(kindOf(path)).toEqual({ kind: 'dockerfile', unsure: true })
    },
  )

  test.each(['api.Dockerfile.prod', 'docker/web-dockerfile_ci', 'x.containerfile.bak', 'my-dockerfile-linter', 'a_Dockerfile.py'])(
    '%s has the word in its middle, and may be one',
    (path) => {
      expect(kindOf(path)).toEqual({ kind: 'dockerfile', unsure: true })
      expect(isDiscovered(path)).toBe(true)
    },
  )

  test('a template with the word in its middle may be one, too', () => {
    expect(kindOf('chart/templates/_dockerfile-helpers.tpl')).toEqual({ kind: 'dockerfile', template: true, unsure: true })
  })

  test('a workflow that is called like a compose file may be one, or none', () => {
    expect(kindOf('.github/workflows/docker-compose.yml')).toEqual({ kind: 'compose', unsure: true })
    expect(kindOf('.github/compose.yml')).toEqual({ kind: 'compose' })
  })

  test('the answer takes time in proportion to the name', () => {
    for (const part of ['compose-', 'dockerfile.', '.', '-compose.yml', '.in'])
      expect(processorTime(() => kindOf(`${part.repeat(200_000)}yml`))).toBeLessThan(1000)
  })
})

describe('isDiscovered', () => {
  test('its test of the bytes says no only where the name does', () => {
    const part = fc.constantFrom(
      'Dockerfile',
      'containerfile',
      'docker',
      'compose',
      'stack',
      'docker-stack',
      'podman',
      '.',
      '-',
      '_',
      'yml',
      'yaml',
      'j2',
      'x',
    )
    const ending = fc.constantFrom(
      '',
      '.j2',
      '.jinja',
      '.jinja2',
      '.tmpl',
      '.tpl',
      '.template',
      '.erb',
      '.mustache',
      '.hbs',
      '.gotmpl',
      '.in',
      '.YML',
      '.md',
    )
    const name = fc.tuple(fc.array(fc.oneof(part, fc.string()), { maxLength: 5 }), ending).map(([parts, last]) => parts.join('') + last)
    fc.assert(
      fc.property(
        name.filter((one) => !one.includes('/')),
        (one) => {
          const bytes = Buffer.from(`a/${one}`)
          const passes = isDiscovered.bytes?.(bytes, 2, bytes.length)
          expect(isDiscovered(one) && passes === false).toBe(false)
        },
      ),
      { numRuns: 3000 },
    )
  })

  test('spares what other names there are', () => {
    const names = ['component.tsx', 'index.js', 'values.yaml', 'config.json', 'content.md', 'docs.rst', 'README.md', 'main.go']
    for (const name of names) expect(isDiscovered.bytes?.(Buffer.from(name), 0, name.length)).toBe(false)
  })
})

test('a file that was named outright is compose by its ending, else a Dockerfile', () => {
  expect(kindOfNamed('deploy/web.yml')).toEqual({ kind: 'compose' })
  expect(kindOfNamed('deploy/web.YAML')).toEqual({ kind: 'compose' })
  expect(kindOfNamed('build/image')).toEqual({ kind: 'dockerfile' })
  expect(kindOfNamed('build/image.j2')).toEqual({ kind: 'dockerfile', template: true })
  expect(kindOfNamed('src/dockerfile.ts')).toEqual({ kind: 'dockerfile' })
  expect(kindOfNamed('compose.md')).toEqual({ kind: 'dockerfile' })
})

describe('looksLikeDockerfile', () => {
  const yes = [
    'FROM alpine',
    'from alpine as base\nRUN x',
    '# syntax=docker/dockerfile:1\n\n# comment\nARG V=1\nARG A B=2\nFROM alpine:$V',
    '\ufeffFROM alpine',
    '  FROM --platform=linux/amd64 \\\n  alpine AS x',
    'FR\\\nOM alpine',
    '# escape=`\nFROM `\n# in between\n\nalpine',
    '#!/usr/bin/env docker\r\nFROM scratch\r\n',
    'FROM a/b:1 \r\nRUN x\r\n',
    '# a comment\n# escape=`\nFROM a/b:1 \\\n AS x\n',
    'ARG X=c:\\\\\nFROM a/b:1\n',
    'FROM\ra/b:1\n',
    '# syntax=acme.example/frontend:1\nanything: else\n',
    '#syntax = docker/dockerfile:1\r\n',
  ]
  test.each(yes)('%j', (text) => expect(looksLikeDockerfile(text)).toBe(true))

  const no = [
    '',
    '# only\n# comments',
    'From the beginning of it all',
    'from os import path',
    'From: me',
    '# syntax=proto3\nmessage X {}\n',
    'prose\n# syntax=docker/dockerfile:1\n',
    'ARG x',
    'RUN true\nFROM alpine',
    'FROM',
    'FROM a b',
    '<html>',
  ]
  test.each(no)('not %j', (text) => expect(looksLikeDockerfile(text)).toBe(false))
})

describe('looksLikeCompose', () => {
  const yes = [
    'services:\n  web:\n    image: nginx\n',
    'version: "3"\n\nservices: # all\n  web:\n    build: .\n',
    '"services":\n  web:\n    "image" : nginx\n',
    'services: {web: {image: nginx}}',
    '--- {services: {web: {build: .}}}',
    '{"services": {"web": {"image": "nginx"}}}',
    '\ufeffservices:\n  a: &a\n    image: x\n',
    '  services:\n    web:\n      image: nginx\n',
    '%YAML 1.2\n---\n? services\n: web:\n    image: nginx\n',
    'services:\n  web: {image: nginx}\n',
    'x-all: &all\n  web:\n    image: nginx\nservices: *all\n',
    'x-web: &web\n  image: nginx\nservices:\n  web: *web\n',
    'x-all: &all\n  web:\n    image: nginx\nservices:\n  <<: *all\n',
    '{"a": {"image": 1}, services: {web: {build: "x"}}}',
  ]
  test.each(yes)('%j', (text) => expect(looksLikeCompose(text)).toBe(true))

  const no = [
    '',
    'image: nginx\nservices:\n  - docker:dind\n',
    'jobs:\n  test:\n    services:\n      db:\n        image: postgres\n',
    'services:\n  - name: x\nother:\n  image: y\n',
    '{"paths": {"services": {"image": 1}}}',
    '{"services": ["image"]}',
    'services and image are words\n',
    '.d: &d\n  tags: [x]\n<<: *d\njob:\n  image: node:20\n  services:\n    - postgres:latest\n',
  ]
  test.each(no)('not %j', (text) => expect(looksLikeCompose(text)).toBe(false))
})

test('looking into a text takes time in proportion to it', () => {
  for (const part of [
    '\\\n',
    '# x\n',
    'ARG x\n',
    '{',
    '[',
    'services:\n  image',
    'services: image: {',
    '  ',
    '"',
    "'",
    'services image ',
  ]) {
    const text = part.repeat(300_000)
    const time = processorTime(() => {
      looksLikeDockerfile(text)
      looksLikeCompose(`services image ${text}`)
      looksLikeCompose(`{services image ${text}`)
    })
    expect(time).toBeLessThan(2000)
  }
})
